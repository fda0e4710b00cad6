"""The pages' own words in Chinese; a page's texts stay in their language."""

CHINESE = {
    "Changes": "变更",
}
