package dev.prosa.gateway;

import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.argument.Argument;

/**
 * Every statement that the gateway sends. Each is one transaction and one round trip: the key is checked, the tenant
 * set and the work done in it. The work refers to the row of {@code authenticate()}, so it cannot run before it.
 *
 * <p>Thread-safe.
 */
final class ProsaDatabase {

    private static final int MAX_ATTEMPTS = 3;

    private final Jdbi jdbi;

    ProsaDatabase(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What a stored message is, and which endpoints its tenant uses; absent where none is configured. */
    record Received(UUID conversationId, UUID messageId, OffsetDateTime createdAt, boolean isDuplicate,
                    Optional<String> embeddingProvider, Optional<String> chatProvider) {
    }

    /** A message of the assistant as stored. */
    record StoredReply(UUID messageId, String content, Optional<String> model, long inputTokens, long outputTokens) {
    }

    /** What the assistant answered, to be stored. */
    record NewReply(UUID conversationId, String externalId, String content, long inputTokens, long outputTokens,
                    long cachedTokens, String model, Optional<String> agentType, Optional<String> toolCalls, String metadata) {
    }

    /** The version of the extension; fails when the database does not answer. */
    String version() {
        return call(handle -> handle.createQuery("select prosa.version()").mapTo(String.class).one());
    }

    /**
     * Hands a webhook call to the database.
     *
     * @param token    the inbox's token
     * @param instance the instance that the path names; absent: the token's
     * @param payload  the body, a JSON object
     * @param headers  the headers to keep, a JSON object
     * @return what {@code receive_webhook} says, a JSON object
     * @throws ApiException 404 when the instance is not the token's inbox
     */
    String receiveWebhook(String token, Optional<String> instance, String payload, String headers) {
        Optional<String> result = call(handle -> handle.createQuery("""
                        select prosa.receive_webhook('evolution', a.inbox_name, :payload, :headers)
                          from prosa.authenticate(:token, 'webhook') a
                         where coalesce(:instance, a.inbox_name) = a.inbox_name""")
                .bind("token", token)
                .bind("instance", instance.orElse(null))
                .bind("payload", Parameters.jsonb(payload))
                .bind("headers", Parameters.jsonb(headers))
                .mapTo(String.class).findFirst());
        // no row: the key is good, but the path names an inbox that is not its own
        return result.orElseThrow(() -> ApiException.of(404, "not_found", "the instance in the path is not the token's inbox")
                .withHint("An inbox is named as its Evolution instance; each has a token of its own."));
    }

    /** Stores a contact's message; a repeated external id gives the message that was stored first. */
    Received receiveMessage(String key, ChatRequestBody request) {
        try {
            return receiveMessage(key, request, """
                    prosa.provider_config('embedding')::text as embedding_provider,
                    prosa.provider_config('chat')::text as chat_provider""");
        } catch (ApiException e) {
            if (!e.code().equals(DatabaseErrors.NOT_CONFIGURED)) {
                throw e;
            }
        }
        // One endpoint is missing, and the error has undone the message: once more without asking for both at once.
        Received received = receiveMessage(key, request, "null::text as embedding_provider, null::text as chat_provider");
        return new Received(received.conversationId(), received.messageId(), received.createdAt(), received.isDuplicate(),
                provider(key, "embedding"), provider(key, "chat"));
    }

    private Received receiveMessage(String key, ChatRequestBody request, String providers) {
        return call(handle -> handle.createQuery("select r.conversation_id, r.message_id, r.created_at, r.is_duplicate, " + providers + """

                          from prosa.authenticate(:key, 'api') a
                         cross join lateral prosa.receive_message(
                                   phone => :phone, content => :content, name => :name,
                                   inbox_name => coalesce(:inbox, a.inbox_name), external_id => :external_id) r""")
                .bind("key", key)
                .bind("phone", request.phone())
                .bind("content", request.message())
                .bind("name", request.name().orElse(null))
                .bind("inbox", request.inbox().orElse(null))
                .bind("external_id", request.externalId().orElse(null))
                .map((row, context) -> new Received(
                        row.getObject("conversation_id", UUID.class),
                        row.getObject("message_id", UUID.class),
                        row.getObject("created_at", OffsetDateTime.class),
                        row.getBoolean("is_duplicate"),
                        Optional.ofNullable(row.getString("embedding_provider")),
                        Optional.ofNullable(row.getString("chat_provider"))))
                .one());
    }

    /** The prompt of a conversation's next answer, with what retrieval found; a JSON object. */
    String replyPrompt(String key, UUID conversationId, Optional<QueryEmbedding> queryEmbedding) {
        return call(handle -> handle.createQuery("""
                        select prosa.reply_prompt(:conversation, :embedding, :space)::text from prosa.authenticate(:key, 'api') a""")
                .bind("key", key)
                .bind("conversation", conversationId)
                .bind("embedding", vector(queryEmbedding))
                .bind("space", space(queryEmbedding))
                .mapTo(String.class).one());
    }

    /** Stores the assistant's answer; when another request answered the same message first, its answer stands. */
    StoredReply storeReply(String key, NewReply reply) {
        boolean[] isDuplicate = new boolean[1];
        StoredReply stored = call(handle -> handle.createQuery("""
                        select r.message_id, r.is_duplicate
                          from prosa.record_message(
                                   conversation_id => :conversation, role => 'assistant', content => :content, external_id => :external_id,
                                   input_tokens => :input_tokens, output_tokens => :output_tokens, model => :model,
                                   agent_type => :agent_type, tool_calls => :tool_calls, metadata => :metadata, cached_tokens => :cached_tokens,
                                   api_key => :key) r""")
                .bind("key", key)
                .bind("conversation", reply.conversationId())
                .bind("content", reply.content())
                .bind("external_id", reply.externalId())
                .bind("input_tokens", (int) Math.min(Integer.MAX_VALUE, reply.inputTokens()))
                .bind("output_tokens", (int) Math.min(Integer.MAX_VALUE, reply.outputTokens()))
                // some endpoints count them apart from the input
                .bind("cached_tokens", (int) Math.min(Integer.MAX_VALUE, Math.min(reply.inputTokens(), reply.cachedTokens())))
                .bind("model", reply.model())
                .bind("agent_type", reply.agentType().orElse(null))
                .bind("tool_calls", Parameters.jsonb(reply.toolCalls().orElse(null)))
                .bind("metadata", Parameters.jsonb(reply.metadata()))
                .map((row, context) -> {
                    isDuplicate[0] = row.getBoolean("is_duplicate");
                    return new StoredReply(row.getObject("message_id", UUID.class), reply.content(),
                            Optional.of(reply.model()), reply.inputTokens(), reply.outputTokens());
                })
                .one());
        return isDuplicate[0] ? findReply(key, reply.conversationId(), reply.externalId()).orElse(stored) : stored;
    }

    /** The answer that was stored under an external id. */
    Optional<StoredReply> findReply(String key, UUID conversationId, String externalId) {
        return call(handle -> handle.inTransaction(transaction -> {
            authenticate(transaction, key);
            return transaction.createQuery("""
                            select m.id, m.content, m.model, m.input_tokens, m.output_tokens
                              from prosa.messages m
                             where m.tenant_id = prosa.current_tenant_id()
                               and m.conversation_id = :conversation
                               and m.role = 'assistant'
                               and m.external_id = :external_id""")
                    .bind("conversation", conversationId)
                    .bind("external_id", externalId)
                    .map((row, context) -> new StoredReply(row.getObject("id", UUID.class), row.getString("content"),
                            Optional.ofNullable(row.getString("model")), row.getLong("input_tokens"), row.getLong("output_tokens")))
                    .findFirst();
        }));
    }

    private static void authenticate(Handle handle, String key) {
        handle.createQuery("select a.tenant_id from prosa.authenticate(:key, 'api') a")
                .bind("key", key)
                .mapTo(UUID.class).one();
    }

    /**
     * An endpoint of the key's tenant, as JSON; absent when none is configured.
     *
     * @param purpose {@code embedding} or {@code chat}
     */
    Optional<String> provider(String key, String purpose) {
        try {
            return Optional.of(call(handle -> handle.createQuery("""
                            select prosa.provider_config(:purpose)::text from prosa.authenticate(:key, 'api') a""")
                    .bind("key", key)
                    .bind("purpose", purpose)
                    .mapTo(String.class).one()));
        } catch (ApiException e) {
            if (e.code().equals(DatabaseErrors.NOT_CONFIGURED)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Hits by meaning and by words; by words alone without a vector. A JSON array, best first. */
    String hybridSearch(String key, String query, Optional<QueryEmbedding> embedding, int limit, double alpha) {
        return call(handle -> handle.createQuery("""
                        select coalesce(jsonb_agg(to_jsonb(h) - '{ordinality,turns,why}'::text[] order by h.ordinality), '[]')::text
                          from prosa.authenticate(:key, 'api') a
                         cross join lateral prosa.hybrid_search(
                                   query => case when a.tenant_id is not null then :query end,
                                   query_embedding => :embedding, p_space_id => :space, p_limit => :limit, alpha => :alpha) with ordinality h""")
                .bind("key", key)
                .bind("query", query)
                .bind("embedding", vector(embedding))
                .bind("space", space(embedding))
                .bind("limit", limit)
                .bind("alpha", alpha)
                .mapTo(String.class).one());
    }

    /** Messages near a vector; a JSON array, best first. */
    String semanticSearch(String key, QueryEmbedding embedding, int limit, double threshold) {
        return call(handle -> handle.createQuery("""
                        select coalesce(jsonb_agg(jsonb_build_object(
                                   'kind', 'message', 'id', h.message_id, 'text', h.text, 'score', h.similarity_score,
                                   'sentiment', h.sentiment, 'satisfaction', h.satisfaction, 'created_at', h.created_at)
                                   order by h.ordinality), '[]')::text
                          from prosa.authenticate(:key, 'api') a
                         cross join lateral prosa.semantic_search(
                                   p_tenant_id => a.tenant_id, p_query_embedding => :embedding, p_space_id => :space, p_limit => :limit,
                                   p_similarity_threshold => :threshold) with ordinality h""")
                .bind("key", key)
                .bind("embedding", Parameters.vector(embedding.vector()))
                .bind("space", Parameters.uuid(embedding.spaceId()))
                .bind("limit", limit)
                .bind("threshold", threshold)
                .mapTo(String.class).one());
    }

    /** Memories near a vector, of some kinds or, where the list is empty, of any; a JSON array, best first. */
    String searchMemory(String key, QueryEmbedding embedding, int limit, List<String> kinds) {
        return call(handle -> handle.createQuery("""
                        select coalesce(jsonb_agg(jsonb_build_object(
                                   'kind', 'memory', 'id', h.memory_id, 'text', h.content, 'score', h.similarity_score,
                                   'memory_kind', h.kind, 'metadata', h.metadata, 'created_at', h.created_at,
                                   'updated_at', h.updated_at, 'importance', h.importance,
                                   'conversation_id', h.conversation_id, 'first_index', h.first_index, 'last_index', h.last_index,
                                   'file_id', h.file_id, 'file_name', h.file_name, 'page', h.page, 'char_offset', h.char_offset)
                                   order by h.ordinality), '[]')::text
                          from prosa.authenticate(:key, 'api') a
                         cross join lateral prosa.search_memory(
                                   query_embedding => :embedding, p_space_id => :space,
                                   p_limit => case when a.tenant_id is not null then :limit end,
                                   kinds => nullif(cast(:kinds as text[]), '{}')) with ordinality h""")
                .bind("key", key)
                .bind("embedding", Parameters.vector(embedding.vector()))
                .bind("space", Parameters.uuid(embedding.spaceId()))
                .bind("limit", limit)
                .bindArray("kinds", String.class, kinds)
                .mapTo(String.class).one());
    }

    private static Argument vector(Optional<QueryEmbedding> embedding) {
        return embedding.map(query -> Parameters.vector(query.vector())).orElseGet(Parameters::noVector);
    }

    private static Argument space(Optional<QueryEmbedding> embedding) {
        return Parameters.uuid(embedding.flatMap(QueryEmbedding::spaceId));
    }

    private <T> T call(HandleCallback<T, RuntimeException> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return jdbi.withHandle(work);
            } catch (ConnectionException e) {
                throw DatabaseErrors.unavailable(e);
            } catch (JdbiException e) {
                SQLException cause = DatabaseErrors.sqlException(e).orElseThrow(() -> e);
                if (attempt == MAX_ATTEMPTS || !DatabaseErrors.isWorthRepeating(cause)) {
                    throw DatabaseErrors.toAnswer(cause);
                }
            }
        }
    }
}
