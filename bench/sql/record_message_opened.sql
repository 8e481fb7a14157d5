-- a key that opens its tenant for the transaction, and the message in it
\set number random(:first, :last)
\set text random(1, 8)
\set external random(1, 1000000000000)
select prosa.record_message(c.id, 'user', t.content, external_id => 'X' || :external, input_tokens => length(t.content) / 4, sender_name => t.sender)
  from bench.conversations c cross join lateral prosa.authenticate(c.api_key), bench.texts t where c.number = :number and t.number = :text;
