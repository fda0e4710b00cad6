-- newstrail's database, top to bottom. Times are UTC text 'YYYY-MM-DDTHH:MM:SSZ'.
-- Everything that was seen stays: a version, a change and a link of the chain are only ever added.

-- A watched listing. One that left the configuration keeps its row and its history.
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    name TEXT,                       -- as configured, else the listing's own heading
    site TEXT NOT NULL,
    category TEXT NOT NULL,
    listing_url TEXT NOT NULL,
    listing_seen_at TEXT,            -- last time the listing was read, even if it listed nothing
    matched_links INTEGER,           -- links on it that time that led to its articles,
    other_links INTEGER              -- and ones that did not
) STRICT;

-- Its members carry the same story under other codes, by other outlets, on other sites (articles.cluster_id).
CREATE TABLE clusters (
    id INTEGER PRIMARY KEY,
    made_at TEXT NOT NULL            -- when its second member was read
) STRICT;

-- An article as it stands.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    code TEXT NOT NULL,              -- the publisher's own id
    url TEXT NOT NULL,               -- the one to give to people: the share page where there is one
    post_url TEXT,                   -- the page that a listing links to
    title TEXT,
    outlet TEXT,                     -- who published it (文章来源)
    author TEXT,
    published_at TEXT,
    published_precision TEXT CHECK (published_precision IN ('second', 'minute', 'day')),
    modified_at TEXT,                -- what the publisher says
    state TEXT NOT NULL DEFAULT 'unknown'
        CHECK (state IN ('live', 'removed', 'expired', 'unknown', 'redacted')),
    first_seen_at TEXT NOT NULL,
    last_checked_at TEXT,
    last_changed_at TEXT,
    version_count INTEGER NOT NULL DEFAULT 0,
    next_check_at TEXT,              -- due when this is not in the future; NULL: never again
    cluster_id INTEGER REFERENCES clusters (id),
    looks INTEGER NOT NULL DEFAULT 0,
    gone_looks INTEGER NOT NULL DEFAULT 0,   -- looks in a row that found it gone
    gone_since TEXT,                 -- first of them; with state 'live' the removal waits for its confirmation
    gone_firmly_since TEXT,          -- first of them that was no soft 404 and in no quarantined run
    gone_seen_at TEXT,               -- last look that found it gone
    variant_version_id INTEGER REFERENCES versions (id),  -- older content that came back and waits for a second look
    variant_seen_at TEXT,
    moved_to TEXT,                   -- where a permanent redirect led last
    noarchive INTEGER NOT NULL DEFAULT 0,    -- 1: its page asks that its text be shown nowhere else
    noindex INTEGER NOT NULL DEFAULT 0,      -- 1: its page asks to be left out of search engines
    robots TEXT NOT NULL DEFAULT '{}',       -- JSON object: role of a page -> list of what it asked when read last
    -- How often it is edited, as its looks have shown (docs/revisit.md).
    last_read_at TEXT,               -- last look that showed its content
    hinted_at TEXT,                  -- since then a listing shows another title, and nobody has looked
    factor_a REAL NOT NULL DEFAULT 0.5,
    factor_b REAL NOT NULL DEFAULT 0.5,
    streak INTEGER NOT NULL DEFAULT 0,       -- looks in a row that found it changed
    UNIQUE (site, code)
) STRICT;
CREATE INDEX articles_code ON articles (code);
CREATE INDEX articles_due ON articles (next_check_at);
CREATE INDEX articles_site_due ON articles (site, next_check_at);
CREATE INDEX articles_found ON articles (site, first_seen_at);
CREATE INDEX articles_state ON articles (site, state);
CREATE INDEX articles_cluster ON articles (cluster_id);
CREATE INDEX articles_outlet ON articles (outlet);
CREATE INDEX articles_title ON articles (title);     -- words of titles are looked for in it, not in the whole rows
CREATE INDEX articles_noarchive ON articles (id) WHERE noarchive;
CREATE INDEX articles_url ON articles (url);
CREATE INDEX articles_post_url ON articles (post_url);
CREATE INDEX articles_moved_to ON articles (moved_to);
CREATE INDEX articles_newest ON articles (coalesce(published_at, first_seen_at));

-- Where texts that share many words meet: a band of an article's MinHash, of its latest version.
CREATE TABLE bands (
    hash INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    PRIMARY KEY (hash, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bands_article ON bands (article_id);

-- One article that speaks of another: a correction notice (更正公告) of the notice that it corrects.
CREATE TABLE relations (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    kind TEXT NOT NULL CHECK (kind IN ('corrects')),
    other_id INTEGER NOT NULL REFERENCES articles (id),
    basis TEXT NOT NULL,             -- what they share: the project number, in its normal form
    found_at TEXT NOT NULL,
    UNIQUE (article_id, kind, other_id)
) STRICT;
CREATE INDEX relations_other ON relations (other_id);

-- A content, from when to when it was seen.
CREATE TABLE versions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    number INTEGER NOT NULL,         -- 1, 2, …
    title TEXT,
    outlet TEXT,
    author TEXT,
    published_at TEXT,
    published_precision TEXT CHECK (published_precision IN ('second', 'minute', 'day')),
    modified_at TEXT,
    body_html TEXT NOT NULL,         -- as served
    body_text TEXT NOT NULL,         -- its paragraphs, one a line
    images TEXT NOT NULL DEFAULT '[]',       -- JSON list: what identifies each static image of the body, in order
    tables TEXT NOT NULL DEFAULT '[]',       -- JSON list of tables, each a list of rows, each a list of cells' words
    links TEXT NOT NULL DEFAULT '[]',        -- JSON list of the URLs that the body links to, in order
    attachments TEXT NOT NULL DEFAULT '[]',  -- JSON list of the URLs of attached files (附件), in order
    places TEXT NOT NULL DEFAULT '{}',   -- JSON object: field -> where its value was read
    gained TEXT NOT NULL DEFAULT '[]',   -- JSON list of fields that a later look told, of which no response is kept
    text_hash TEXT NOT NULL,         -- comparison forms of title and body
    content_hash TEXT NOT NULL,      -- the same with the metadata
    extractor TEXT NOT NULL,         -- name and version of the rules that read it
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    UNIQUE (article_id, number)
) STRICT;
CREATE INDEX versions_text_hash ON versions (text_hash);

-- Something that happened to an article.
CREATE TABLE changes (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    kind TEXT NOT NULL CHECK (kind IN ('first_seen', 'edited', 'removed', 'restored', 'moved')),
    old_version_id INTEGER REFERENCES versions (id),
    new_version_id INTEGER REFERENCES versions (id),
    changed_after TEXT,              -- last seen in the old state
    changed_by TEXT NOT NULL,        -- first seen in the new
    recorded_at TEXT NOT NULL,
    fields TEXT NOT NULL DEFAULT '[]',   -- JSON list
    added_chars INTEGER NOT NULL DEFAULT 0,
    removed_chars INTEGER NOT NULL DEFAULT 0,
    severity TEXT CHECK (severity IN ('cosmetic', 'minor', 'material')),
    disclosure TEXT CHECK (disclosure IN ('notice', 'updated_time', 'none', 'unknown')),
    summary TEXT NOT NULL DEFAULT '',
    reason TEXT,
    edit_hash TEXT                   -- equal for edits that took out and put in the same words; NULL for no edit
) STRICT;
CREATE INDEX changes_article ON changes (article_id);
-- What a page of the stream is chosen by, so that only its own rows are read whole.
CREATE INDEX changes_time ON changes (changed_by, id, article_id, kind, severity, disclosure, fields);
CREATE INDEX changes_summary ON changes (id, summary) WHERE summary != '';

-- A reader's verdict on a change.
CREATE TABLE marks (
    change_id INTEGER PRIMARY KEY REFERENCES changes (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('reviewed', 'false')),
    marked_at TEXT NOT NULL
) STRICT;

-- A fact that a version states.
CREATE TABLE facts (
    id INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES versions (id),
    type TEXT NOT NULL,
    role TEXT,
    text TEXT NOT NULL,              -- as written
    value TEXT,
    unit TEXT,
    approximate INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX facts_version ON facts (version_id);
CREATE INDEX facts_project ON facts (value) WHERE role = '项目编号';

-- A fact that an edit changed.
CREATE TABLE fact_changes (
    id INTEGER PRIMARY KEY,
    change_id INTEGER NOT NULL REFERENCES changes (id),
    type TEXT NOT NULL,
    role TEXT,
    old_text TEXT,
    new_text TEXT,
    old_value TEXT,
    new_value TEXT,
    unit TEXT
) STRICT;
CREATE INDEX fact_changes_change ON fact_changes (change_id);

-- One stay of an article on a listing; back again is a new row.
CREATE TABLE listings (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    article_id INTEGER NOT NULL REFERENCES articles (id),
    title TEXT,                      -- as listed
    position INTEGER NOT NULL,       -- 1 is the top
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    left_at TEXT                     -- first reading that no longer had it; NULL while listed
) STRICT;
CREATE INDEX listings_article ON listings (article_id, source_id);
CREATE INDEX listings_source ON listings (source_id, left_at, article_id);
CREATE INDEX listings_found ON listings (source_id, first_seen_at);

-- A title that a listing showed for an article, before it showed another during the same stay.
CREATE TABLE listing_titles (
    listing_id INTEGER NOT NULL REFERENCES listings (id),
    title TEXT,
    replaced_at TEXT NOT NULL,       -- first reading with another title
    PRIMARY KEY (listing_id, replaced_at)
) STRICT, WITHOUT ROWID;

-- A listing's order, where it differs from the one before.
CREATE TABLE listing_snapshots (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    seen_at TEXT NOT NULL,
    codes TEXT NOT NULL,             -- JSON list, in order
    PRIMARY KEY (source_id, seen_at)
) STRICT;

-- A crawl. A crawl that was killed stays 'interrupted', which is what a run is until it has finished.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    spider TEXT NOT NULL,
    site TEXT,                       -- NULL: of several
    source_id INTEGER REFERENCES sources (id),
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT NOT NULL DEFAULT 'interrupted'
        CHECK (outcome IN ('ok', 'partial', 'failed', 'interrupted')),
    reason TEXT,                     -- why it is not 'ok', or what is to be said of the site
    requests INTEGER NOT NULL DEFAULT 0,
    not_modified INTEGER NOT NULL DEFAULT 0,
    first_seen INTEGER NOT NULL DEFAULT 0,
    edited INTEGER NOT NULL DEFAULT 0,
    removed INTEGER NOT NULL DEFAULT 0,
    errors INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX runs_source ON runs (source_id, started_at);
CREATE INDEX runs_started ON runs (started_at);

-- The bytes of kept responses, each once.
CREATE TABLE bodies (
    hash TEXT NOT NULL PRIMARY KEY,  -- hex SHA-256 of the bytes as received, after content decoding
    codec TEXT NOT NULL,             -- 'zstd' or 'raw'
    size INTEGER NOT NULL,           -- bytes before compression
    data BLOB,                       -- NULL: pruned or redacted
    dropped_at TEXT                  -- when it was
) STRICT;

-- A raw response that was kept.
CREATE TABLE responses (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,           -- JSON object, name -> value
    body_hash TEXT NOT NULL REFERENCES bodies (hash),
    role TEXT NOT NULL CHECK (role IN ('listing', 'post', 'share', 'content'))
) STRICT;
CREATE INDEX responses_url ON responses (url);
CREATE INDEX responses_body ON responses (body_hash);

-- Which responses a version was read from.
CREATE TABLE version_responses (
    version_id INTEGER NOT NULL REFERENCES versions (id),
    response_id INTEGER NOT NULL REFERENCES responses (id),
    PRIMARY KEY (version_id, response_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX version_responses_response ON version_responses (response_id);

-- What a later look may ask "has it changed since?" with, or see it by: the validators and the hash of the last full
-- response, at each URL that gave a field, which showed this very version.
CREATE TABLE validators (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    role TEXT NOT NULL,
    url TEXT NOT NULL,
    version_id INTEGER NOT NULL REFERENCES versions (id),
    etag TEXT,
    last_modified TEXT,
    body_hash TEXT NOT NULL,         -- that response need not be kept
    PRIMARY KEY (article_id, role)
) STRICT, WITHOUT ROWID;

-- A look at an article, whatever it found. May be pruned.
CREATE TABLE checks (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    run_id INTEGER REFERENCES runs (id),
    version_id INTEGER REFERENCES versions (id),
    response_id INTEGER REFERENCES responses (id),
    checked_at TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN (
        'new', 'changed', 'unchanged', 'not_modified', 'variant', 'pending', 'blocked', 'login',
        'soft_404', 'empty', 'partial', 'gone', 'robots', 'error')),
    http_status INTEGER,
    reason TEXT,
    observation TEXT NOT NULL UNIQUE -- the look's own id: the same look recorded twice is recorded once
) STRICT;
CREATE INDEX checks_article ON checks (article_id, checked_at);
CREATE INDEX checks_run ON checks (run_id, outcome);
CREATE INDEX checks_response ON checks (response_id) WHERE response_id IS NOT NULL;

-- When a source's next crawl is due.
CREATE TABLE schedule (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    rule TEXT NOT NULL DEFAULT '',   -- as configured: 'every 5m', 'every 5m to 1h', '*/5 8-20 * * 1-5'
    next_run_at TEXT,                -- NULL while it is paused or no longer configured
    last_run_at TEXT,                -- when its last crawl by the schedule began
    reason TEXT,                     -- why the next run is then, where the rule alone does not say so
    paused_at TEXT
) STRICT;

-- What a site's articles may cost in a day, and what of it is left.
CREATE TABLE budgets (
    site TEXT PRIMARY KEY,
    price REAL NOT NULL,             -- how likely an edit must be to be worth a request
    tokens REAL NOT NULL,            -- requests that may be made at once
    patrol REAL NOT NULL,            -- the same, for looks that look for removals
    tokens_at TEXT NOT NULL,         -- when they were counted last
    per_day REAL NOT NULL            -- requests a day
) STRICT;

-- How often a source's articles are edited at each age (docs/revisit.md).
CREATE TABLE age_profiles (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    bucket INTEGER NOT NULL,         -- of ages; 0 is the first quarter of an hour
    num REAL NOT NULL DEFAULT 0,     -- edits
    den REAL NOT NULL DEFAULT 0,     -- hours watched, each article's by its own factor
    PRIMARY KEY (source_id, bucket)
) STRICT, WITHOUT ROWID;

-- What a host asked for, or is spared for.
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,           -- with its port, where the address has one
    not_before TEXT,                 -- no request before then; NULL: at once
    reason TEXT,                     -- why
    failures INTEGER NOT NULL DEFAULT 0,     -- requests in a row that failed
    seen_at TEXT NOT NULL
) STRICT;

-- A host's robots.txt as it was had last. One that cannot be had is not kept: it is asked for again.
CREATE TABLE robots (
    origin TEXT PRIMARY KEY,         -- scheme, host and port
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    rules BLOB NOT NULL              -- what of it is read; empty allows everything
) STRICT;

-- What is to be sent, where; written with the finding itself, and sent at least once.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    message_id TEXT NOT NULL UNIQUE, -- the same at each attempt
    channel TEXT NOT NULL,           -- the name of a [[notify]]
    change_id INTEGER REFERENCES changes (id),
    incident_id INTEGER REFERENCES incidents (id),   -- one of the two
    event TEXT NOT NULL CHECK (event IN ('change', 'trouble', 'recovery')),
    created_at TEXT NOT NULL,
    digest TEXT,                     -- id of the message that it goes out in with others, once that was made up
    attempts INTEGER NOT NULL DEFAULT 0,
    first_attempt_at TEXT,           -- a day after it, it is given up
    next_attempt_at TEXT,            -- NULL: delivered or parked
    delivered_at TEXT,
    parked_at TEXT,                  -- given up; the error says why
    error TEXT                       -- of the last attempt
) STRICT;
CREATE INDEX outbox_due ON outbox (channel, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX outbox_left ON outbox (channel) WHERE delivered_at IS NULL;
CREATE INDEX outbox_change ON outbox (change_id);
CREATE INDEX outbox_incident ON outbox (incident_id) WHERE incident_id IS NOT NULL;

-- A channel that takes nothing now, and is spared for that; one that took its last message has no row.
CREATE TABLE channels (
    channel TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,       -- attempts in a row that say that it takes nothing
    not_before TEXT                  -- nothing is sent before then; NULL: at once
) STRICT;

-- An article whose words were taken out of the record.
CREATE TABLE redactions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL UNIQUE REFERENCES articles (id),
    reason TEXT NOT NULL,
    redacted_at TEXT NOT NULL
) STRICT;

-- A stretch of regular looks; never pruned.
CREATE TABLE coverage (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    from_at TEXT NOT NULL,
    to_at TEXT NOT NULL,
    looks INTEGER NOT NULL,
    longest_gap_seconds INTEGER NOT NULL,
    PRIMARY KEY (article_id, from_at)
) STRICT;

-- A stretch in which a site's article, or a whole site, could not be read for one reason, or a source brought nothing
-- new. Told of when it begins and when it ends.
CREATE TABLE incidents (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    source_id INTEGER REFERENCES sources (id),    -- of a listing or all that it lists; else
    article_id INTEGER REFERENCES articles (id),  -- of one article
    outcome TEXT NOT NULL,           -- of the looks, as in checks.outcome; 'quarantined' for a source's run, 'quiet'
    reason TEXT,
    began_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    looks INTEGER NOT NULL DEFAULT 1,
    ended_at TEXT                    -- first look that read it again; NULL while it lasts
) STRICT;
CREATE INDEX incidents_article ON incidents (article_id, ended_at);
CREATE INDEX incidents_source ON incidents (source_id, ended_at);
CREATE INDEX incidents_open ON incidents (began_at) WHERE ended_at IS NULL;

-- Where the body stands on a site's pages, learned from them; the newest row of a site and role is in use.
CREATE TABLE layouts (
    id INTEGER PRIMARY KEY,
    site TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('share', 'post')),
    layout TEXT NOT NULL,            -- JSON object; docs/data.md says what is in it
    pages INTEGER NOT NULL,          -- that it was learned from
    learned_at TEXT NOT NULL
) STRICT;
CREATE INDEX layouts_site ON layouts (site, role);

-- What was ever counted: it only grows, also when looks are pruned. The triggers below keep it.
CREATE TABLE totals (
    name TEXT NOT NULL CHECK (name IN (
        'checks', 'changes', 'crawls', 'crawl_seconds', 'requests', 'messages', 'deliveries')),
    source TEXT NOT NULL,            -- key of the source that was crawled; '' for what is of none
    value TEXT NOT NULL,             -- outcome of checks and crawls, kind of changes, channel of messages; else ''
    total INTEGER NOT NULL,
    PRIMARY KEY (name, source, value)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER checks_counted AFTER INSERT ON checks BEGIN
    INSERT INTO totals VALUES ('checks', '', NEW.outcome, 1)
    ON CONFLICT DO UPDATE SET total = total + excluded.total;
END;
CREATE TRIGGER changes_counted AFTER INSERT ON changes BEGIN
    INSERT INTO totals VALUES ('changes', '', NEW.kind, 1)
    ON CONFLICT DO UPDATE SET total = total + excluded.total;
END;
CREATE TRIGGER crawls_counted AFTER UPDATE OF finished_at ON runs
WHEN OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL BEGIN
    INSERT INTO totals
    SELECT t.name, coalesce((SELECT key FROM sources WHERE id = NEW.source_id), ''), t.value, t.counted
    FROM (SELECT 'crawls' AS name, NEW.outcome AS value, 1 AS counted
          UNION ALL SELECT 'requests', '', NEW.requests
          UNION ALL SELECT 'crawl_seconds', '',  -- a clock that was set back makes none of them negative
                           max(0, strftime('%s', NEW.finished_at) - strftime('%s', NEW.started_at))) t
    WHERE true
    ON CONFLICT DO UPDATE SET total = total + excluded.total;
END;
CREATE TRIGGER messages_counted AFTER INSERT ON outbox BEGIN
    INSERT INTO totals VALUES ('messages', '', NEW.channel, 1), ('deliveries', '', NEW.channel, 0)
    ON CONFLICT DO UPDATE SET total = total + excluded.total;
END;
CREATE TRIGGER deliveries_counted AFTER UPDATE OF delivered_at ON outbox
WHEN OLD.delivered_at IS NULL AND NEW.delivered_at IS NOT NULL BEGIN
    UPDATE totals SET total = total + 1 WHERE name = 'deliveries' AND source = '' AND value = NEW.channel;
END;
-- What metrics ask for at each scrape.
CREATE INDEX runs_finished ON runs (source_id, finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX runs_ok ON runs (source_id, finished_at) WHERE outcome = 'ok';
CREATE INDEX outbox_parked ON outbox (channel) WHERE parked_at IS NOT NULL;

-- The tamper-evident chain: what was recorded, in the order of recording.
CREATE TABLE chain (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('version', 'change', 'redaction')),
    row_id INTEGER NOT NULL,
    link TEXT NOT NULL               -- hex SHA-256; docs/data.md says of what
) STRICT;

-- An article with its current text.
CREATE VIEW latest AS
SELECT a.id, a.site, a.code, a.url, a.title, a.outlet, a.author, a.published_at, a.published_precision,
       a.modified_at, a.state, a.first_seen_at, a.last_checked_at, a.last_changed_at, a.version_count,
       v.id AS version_id, v.body_html, v.body_text, v.content_hash, v.first_seen_at AS version_first_seen_at,
       v.last_seen_at AS version_last_seen_at
FROM articles a
JOIN versions v ON v.article_id = a.id AND v.number = a.version_count;

-- Every edit, with the words before and after.
CREATE VIEW edits AS
SELECT c.id, c.article_id, a.site, a.code, a.url, a.outlet, c.changed_after, c.changed_by, c.recorded_at,
       c.fields, c.added_chars, c.removed_chars, c.severity, c.disclosure, c.summary, c.reason,
       c.old_version_id, c.new_version_id,
       o.title AS old_title, n.title AS new_title, o.body_text AS old_body_text, n.body_text AS new_body_text,
       (SELECT json_group_array(key) FROM (
            SELECT DISTINCT s.key FROM listings l JOIN sources s ON s.id = l.source_id
            WHERE l.article_id = c.article_id ORDER BY s.key)) AS sources
FROM changes c
JOIN articles a ON a.id = c.article_id
JOIN versions o ON o.id = c.old_version_id
JOIN versions n ON n.id = c.new_version_id
WHERE c.kind = 'edited';

-- Full-text index over the texts that stand; rowid is the article's id. It keeps no text of its own. `body` comes
-- first, for the words of a later column take more room; a word in a title weighs as much as eight in a body.
CREATE VIEW current_texts AS
SELECT v.article_id AS id, v.title, v.body_text AS body
FROM articles a JOIN versions v ON v.article_id = a.id AND v.number = a.version_count
WHERE a.state != 'redacted';
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    body, title, content = 'current_texts', content_rowid = 'id', tokenize = "unicode61 tokenchars '.'");
INSERT INTO articles_fts (articles_fts, rank) VALUES ('rank', 'bm25(1.0, 8.0)');

-- The same over the texts that no longer stand; rowid is the version's id.
CREATE VIEW superseded_texts AS
SELECT v.id, v.title, v.body_text AS body
FROM versions v JOIN articles a ON a.id = v.article_id AND v.number < a.version_count
WHERE a.state != 'redacted';
CREATE VIRTUAL TABLE superseded_fts USING fts5 (
    body, title, content = 'superseded_texts', content_rowid = 'id', tokenize = "unicode61 tokenchars '.'");
INSERT INTO superseded_fts (superseded_fts, rank) VALUES ('rank', 'bm25(1.0, 8.0)');
