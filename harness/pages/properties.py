"""The names under which the report of a test carries what a claim came to, from who judged it to the pages."""

VERDICT_PROPERTY = "claims_verdict"
UNIVERSES_PROPERTY = "claims_universes"
FIGURE_PROPERTY = "claims_figure"
TEST_PROPERTY = "claims_test"  # the claim's node id, as of `harness.judging.identity`
FOLDER_PROPERTY = "claims_folder"  # of the report: node ids of tests outside pytest's root folder do not tell
