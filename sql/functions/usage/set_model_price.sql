create or replace function prosa.set_model_price(
    model text,
    currency text,
    input_price numeric default null,
    output_price numeric default null,
    cached_input_price numeric default null,
    embedding_price numeric default null,
    valid_from date default null)
    returns void
    language plpgsql volatile parallel unsafe security definer
    set search_path = pg_catalog, prosa, pg_temp
as $$
begin
    if coalesce(set_model_price.currency, '') !~ '^[A-Z]{3}$' then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = format('"%s" is not a currency', left(set_model_price.currency, 20)),
            hint = 'A currency has three capital letters, as in ISO 4217: USD, BRL, EUR.';
    elsif coalesce(length(set_model_price.model), 0) not between 1 and 200 then
        raise exception using errcode = 'invalid_parameter_value', message = 'the name of a model has 1 to 200 characters';
    elsif num_nonnulls(input_price, output_price, embedding_price) = 0 or cached_input_price is not null and input_price is null then
        raise exception using
            errcode = 'invalid_parameter_value',
            message = 'a price of a model needs an input, an output or an embedding price, and a cached one an input price beside it';
    elsif least(input_price, output_price, cached_input_price, embedding_price) < 0
          -- NaN is beyond it too
          or greatest(input_price, output_price, cached_input_price, embedding_price) >= 'Infinity' then
        raise exception using errcode = 'invalid_parameter_value', message = 'a price is a number from 0';
    end if;
    insert into prosa.model_prices as p (model, valid_from, currency, input_price, cached_input_price, output_price, embedding_price)
    values (set_model_price.model, coalesce(set_model_price.valid_from, (now() at time zone 'UTC')::date), set_model_price.currency,
        set_model_price.input_price, set_model_price.cached_input_price, set_model_price.output_price, set_model_price.embedding_price)
    on conflict on constraint model_prices_pkey do update
       set currency = excluded.currency, input_price = excluded.input_price, cached_input_price = excluded.cached_input_price,
           output_price = excluded.output_price, embedding_price = excluded.embedding_price;
end
$$;
comment on function prosa.set_model_price(text, text, numeric, numeric, numeric, numeric, date) is
'Sets what a model costs from a day on, or corrects the price that was set for that day. Costs of the past follow, since they are computed when they are read.
model: as messages name it (prosa.consumption_model_daily shows what has no price: unpriced_tokens). currency: ISO 4217. Prices are for 1,000,000 tokens: input_price; cached_input_price for those the endpoint read from its cache, null: as the others; output_price; embedding_price. A kind without a price is not counted in the cost but in unpriced_tokens. valid_from: day in UTC, null: today.
Errors: 22023 not a currency, a model or a price.
Example: select prosa.set_model_price(''gpt-4o-mini'', ''USD'', 0.15, 0.60, 0.075, valid_from => ''2026-01-01'');';
