# The JSON of bench/run as Markdown.
def thousands: tostring | [while(length > 0; .[:-3]) | .[-3:]] | reverse | join(",");
def number: if . >= 100 then round | thousands else (. * 10 | round) / 10 | tostring end;
def ratio: (. * 100 | round) as $hundredths
    | "\($hundredths / 100 | floor).\("0\($hundredths % 100)"[-2:])";
def met: if . == true then "met" elif . == false then "**not met**" else "" end;
"Measured on \(.date): \(.machine.cores) cores of \(.machine.cpu), \(.machine.memory), \(.machine.os); PostgreSQL \(.versions.postgresql), "
+ "pgvector \(.versions.vector), pg_partman \(.versions.pg_partman); fsync \(.settings.fsync), synchronous_commit "
+ "\(.settings.synchronous_commit), shared_buffers \(.settings.shared_buffers). \(.rounds) rounds of \(.seconds) seconds.",
"",
"| name | figure | unit | baseline | ratio | aim | |",
"|---|---:|---|---:|---:|---|---|",
(.results[] | "| \(.name) | \(.figure | number) | \(.unit) | \(.baseline | number) | \(.ratio | ratio) | \(if .target == "-" then "" else .target end) | \(.met | met) |"),
"",
"Checked after every benchmark that writes:",
"",
(.checks | map(select(.met != null)) | group_by(.what)[]
 | "* \(map(.found) | add | thousands) \(.[0].what), in \(length) \(if length == 1 then "run" else "runs" end): \(all(.[]; .met) | met)"),
"",
"Found in the baselines:",
"",
(.checks[] | select(.met == null) | "* \(.name): \(.found | thousands) \(.what)")
