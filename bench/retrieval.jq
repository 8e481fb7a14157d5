# The JSON of bench/retrieval as text.
def fixed($digits): if . == null then "-" else . as $n | pow(10; $digits) as $p | ($n * $p | round) as $whole
    | "\($whole / $p | floor)." + ("000\($whole % $p)"[-$digits:]) end;
def left($width): . + " " * ($width - length) | .[:$width];
def right($width): (" " * ([$width - length, 0] | max)) + .;
"\(.conversations) conversations with \(.turns) turns; \(.skipped) questions without evidence left out; prosa \(.version), PostgreSQL \(.postgresql)",
"",
("category" | left(10)) + ("arm" | left(18)) + ("n" | right(5)) + ([("any@1", "any@5", "any@10", "all@10", "MRR", "nDCG@10") | right(9)] | add),
(.scores[] | (.category | left(10)) + (.arm | left(18)) + (.questions | tostring | right(5))
 + ([(.any_1, .any_5, .any_10, .all_10, .mrr, .ndcg_10) | fixed(3) | right(9)] | add)),
"",
"milliseconds a call at \(.latency_turns) turns a tenant, ten hits, without the embedding of the query",
("" | left(18)) + ([("median", "95 %", "1st", "6th", "100th") | right(9)] | add),
(.latency[] | (.what | left(18)) + ([(.median, .p95, .first, .sixth, .hundredth) | fixed(1) | right(9)] | add)),
"",
(.checks[] | (.what | left(40)) + (.figure | fixed(3) | right(9)) + (if .met then "   met" else "   NOT MET" end))
