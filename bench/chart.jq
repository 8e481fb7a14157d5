# The ratios of the JSON of bench/run as bars, each with a tick at its aim; SVG.
def escape: gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;");
def ratio: (. * 100 | round) as $hundredths | "\($hundredths / 100 | floor).\("0\($hundredths % 100)"[-2:])";
def round1: . * 10 | round / 10;
def left: 290;
def wide: 420;
def row: 22;
def top: 84;
([.results[] | select(.target | test("^[<>]="))
  | {name, ratio, met, target, aim: (.target | capture("^[<>]= (?<a>[0-9.]+)(?<rest>.*)") | select(.rest | startswith(" us") | not) | .a | tonumber)}]) as $bars
| ([$bars[] | .aim, .ratio] | max | [., 3] | min | ceil) as $last
| (top + row * ($bars | length)) as $bottom
| def x: [., $last] | min | left + wide * . / $last | round1;
[
"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 860 \($bottom + 62)\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"Ratios of Prosa's benchmarks to their baselines\">",
"<rect width=\"860\" height=\"\($bottom + 62)\" fill=\"#ffffff\"/>",
"<text x=\"16\" y=\"26\" font-size=\"17\" font-weight=\"bold\" fill=\"#1a1a1a\">Prosa beside its baselines, measured in the same run</text>",
"<text x=\"16\" y=\"45\" fill=\"#555555\">\("\(.machine.cores) cores of \(.machine.cpu), \(.machine.memory); PostgreSQL \(.versions.postgresql); \(.date)" | escape)</text>",
"<rect x=\"16\" y=\"55\" width=\"12\" height=\"12\" fill=\"#2b6cb0\"/><text x=\"33\" y=\"65\" fill=\"#333333\">aim met</text>",
"<rect x=\"96\" y=\"55\" width=\"12\" height=\"12\" fill=\"#dd8a1f\"/><text x=\"113\" y=\"65\" fill=\"#333333\">aim not met</text>",
"<line x1=\"200\" x2=\"200\" y1=\"53\" y2=\"69\" stroke=\"#1a1a1a\" stroke-width=\"2.5\"/><text x=\"208\" y=\"65\" fill=\"#333333\">aim</text>",
(range(0; $last * 2 + 1) / 2 | . as $v | x as $x
 | "<line x1=\"\($x)\" x2=\"\($x)\" y1=\"\(top - 4)\" y2=\"\($bottom)\" stroke=\"#dddddd\"/><text x=\"\($x)\" y=\"\($bottom + 16)\" text-anchor=\"middle\" fill=\"#555555\">\($v)</text>"),
($bars | to_entries[] | (top + row * .key) as $y | .value
 | "<text x=\"\(left - 8)\" y=\"\($y + 14)\" text-anchor=\"end\" fill=\"#1a1a1a\">\(.name | escape)</text>",
   "<rect x=\"\(left)\" y=\"\($y + 3)\" width=\"\((.ratio | x) - left | round1)\" height=\"14\" fill=\"\(if .met then "#2b6cb0" else "#dd8a1f" end)\"/>",
   "<line x1=\"\(.aim | x)\" x2=\"\(.aim | x)\" y1=\"\($y)\" y2=\"\($y + 20)\" stroke=\"#1a1a1a\" stroke-width=\"2.5\"/>",
   "<text x=\"\(left + wide + 12)\" y=\"\($y + 14)\" fill=\"#1a1a1a\">\(.ratio | ratio)\(if .ratio > $last then " →" else "" end)  <tspan fill=\"#777777\">\(.target | sub(" or .*"; "") | sub("^>= "; "≥ ") | sub("^<= "; "≤ "))</tspan></text>"),
"<text x=\"\(left + wide / 2)\" y=\"\($bottom + 38)\" text-anchor=\"middle\" fill=\"#333333\">ratio: figure ÷ baseline (≥ more is better, ≤ less is better)</text>",
"</svg>"
] | join("\n")
