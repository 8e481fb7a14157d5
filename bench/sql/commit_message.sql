-- in a transaction of its own, whose procedure looks up what the other scripts join
\set number random(:first, :last)
\set text random(1, 8)
\set external random(1, 1000000000000)
call bench.commit_message(:number, :text, 'X' || :external);
