\set number random(1, 1000)
\set external random(1, 1000000000000)
select prosa.record_message(c.id, 'user', 'Bom dia! Gostaria de saber o preço da limpeza e se vocês têm horário na quinta-feira.',
           external_id => 'X' || :external, sender_name => 'Ana')
  from bench.conversations c cross join lateral prosa.authenticate(c.api_key) where c.number = :number;
