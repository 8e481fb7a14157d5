create or replace function prosa._evolution_content(
    p_message jsonb,
    p_type text,
    out content text,
    out type text,
    out media_url text,
    out mimetype text,
    out location jsonb,
    out reaction_to text,
    out quoted_id text)
    language plpgsql immutable parallel safe security invoker
    set search_path = pg_catalog, prosa, pg_temp
as $$
declare
    -- messages that wrap another one
    v_message jsonb := coalesce(
        p_message #> '{ephemeralMessage,message}', p_message #> '{viewOnceMessage,message}',
        p_message #> '{viewOnceMessageV2,message}', p_message #> '{documentWithCaptionMessage,message}',
        p_message #> '{editedMessage,message,protocolMessage,editedMessage}', p_message #> '{protocolMessage,editedMessage}',
        p_message #> '{editedMessage,message}', p_message);
    v_media jsonb;
begin
    type := coalesce(nullif(p_type, ''), (
        select k from jsonb_object_keys(v_message) k
         where k = 'conversation' or k like '%essage' and k <> 'senderKeyDistributionMessage' order by k limit 1), 'unknown');
    v_media := coalesce(v_message -> 'imageMessage', v_message -> 'videoMessage', v_message -> 'audioMessage',
                        v_message -> 'documentMessage', v_message -> 'stickerMessage');
    mimetype := v_media ->> 'mimetype';
    media_url := coalesce(v_message ->> 'mediaUrl', p_message ->> 'mediaUrl', v_media ->> 'url');
    reaction_to := v_message #>> '{reactionMessage,key,id}';
    location := case when jsonb_typeof(v_message -> 'locationMessage') = 'object' then jsonb_build_object(
        'latitude', v_message #> '{locationMessage,degreesLatitude}', 'longitude', v_message #> '{locationMessage,degreesLongitude}') end;
    quoted_id := coalesce(v_message #>> '{extendedTextMessage,contextInfo,stanzaId}', v_media #>> '{contextInfo,stanzaId}');
    -- an unknown type is kept with its type and no text
    content := coalesce(
        v_message ->> 'conversation',
        v_message #>> '{extendedTextMessage,text}',
        v_media ->> 'caption',
        v_message #>> '{listResponseMessage,title}',
        v_message #>> '{listResponseMessage,singleSelectReply,selectedRowId}',
        v_message #>> '{buttonsResponseMessage,selectedDisplayText}',
        v_message #>> '{templateButtonReplyMessage,selectedDisplayText}',
        v_message #>> '{reactionMessage,text}',
        nullif(concat_ws(', ', v_message #>> '{locationMessage,name}', v_message #>> '{locationMessage,address}'), ''),
        v_message #>> '{contactMessage,displayName}',
        v_message #>> '{pollCreationMessage,name}',
        v_message #>> '{pollCreationMessageV2,name}',
        v_message #>> '{pollCreationMessageV3,name}',
        v_media ->> 'title',
        v_media ->> 'fileName',
        '');
end
$$;
comment on function prosa._evolution_content(jsonb, text) is
'What Evolution''s message object says: its text (body, caption, choice, place, file name, or '''' where there is none), type, media and references.';
