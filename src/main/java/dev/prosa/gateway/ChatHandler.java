package dev.prosa.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prosa.gateway.ProsaDatabase.NewReply;
import dev.prosa.gateway.ProsaDatabase.Received;
import dev.prosa.gateway.ProsaDatabase.StoredReply;
import dev.prosa.provider.ChatAnswer;
import dev.prosa.provider.ChatMessage;
import dev.prosa.provider.ChatRequest;
import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/chat}: stores a contact's message and answers it. Three short transactions, the calls of the
 * endpoints between them.
 *
 * <p>The answer is stored under an external id made from the question's id, so a question that is delivered twice, even
 * at the same time, has one answer; and one whose answer failed is answered when it is delivered again.
 */
final class ChatHandler {

    private static final Logger LOG = LoggerFactory.getLogger(ChatHandler.class);

    private final ProsaDatabase database;
    private final Endpoints endpoints;

    ChatHandler(ProsaDatabase database, Endpoints endpoints) {
        this.database = database;
        this.endpoints = endpoints;
    }

    void handle(Context context) {
        String key = Credentials.ofApplication(context);
        ChatRequestBody request = ChatRequestBody.of(Json.parseObject(RequestBody.read(context, GatewaySettings.MAX_API_BYTES)));
        Received received = database.receiveMessage(key, request);
        try {
            Answers.json(context, 200, answer(key, request, received));
        } catch (ApiException e) {
            throw e.withContext(stored(received));
        }
    }

    private ObjectNode answer(String key, ChatRequestBody request, Received received) {
        ObjectNode body = stored(received);
        body.putNull("reply");
        body.putArray("rag_context");
        if (!request.wantsReply()) {
            return body;
        }
        String replyId = "reply:" + received.messageId();
        Optional<StoredReply> earlier = received.isDuplicate()
                ? database.findReply(key, received.conversationId(), replyId) : Optional.empty();
        if (earlier.isPresent()) {
            putReply(body, earlier.get());
            return body;
        }
        ObjectNode prompt = Json.parseTrusted(
                database.replyPrompt(key, received.conversationId(), embed(request.message(), received)));
        ChatAnswer answer = ask(received, prompt);
        putReply(body, database.storeReply(key, reply(received, replyId, prompt, answer)));
        body.set("rag_context", prompt.path("rag_context").isArray() ? prompt.get("rag_context") : Json.object().arrayNode());
        return body;
    }

    private static ObjectNode stored(Received received) {
        ObjectNode body = Json.object();
        body.put("conversation_id", received.conversationId().toString());
        body.put("message_id", received.messageId().toString());
        body.put("is_duplicate", received.isDuplicate());
        return body;
    }

    /** The question's vector; without one, retrieval goes by words alone and the answer still comes. */
    private Optional<QueryEmbedding> embed(String question, Received received) {
        if (received.embeddingProvider().isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(endpoints.embedQuery(received.embeddingProvider().get(), question));
        } catch (ApiException e) {
            LOG.warn("answering with retrieval by words alone: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private ChatAnswer ask(Received received, ObjectNode prompt) {
        String provider = received.chatProvider().orElseThrow(() ->
                ApiException.of(503, DatabaseErrors.NOT_CONFIGURED, "no chat endpoint is configured")
                        .withHint("The message is stored. The operator sets the endpoint with prosa.set_config_value('chat_provider', …)."));
        List<ChatMessage> messages = new ArrayList<>();
        for (JsonNode message : prompt.path("messages")) {
            messages.add(new ChatMessage(message.path("role").asText(), message.path("content").asText()));
        }
        ChatRequest request = new ChatRequest(messages, text(prompt, "model"), OptionalInt.empty(), OptionalDouble.empty());
        return endpoints.chat(provider, request);
    }

    private static NewReply reply(Received received, String replyId, ObjectNode prompt, ChatAnswer answer) {
        ObjectNode metadata = Json.object();
        metadata.put("in_reply_to", received.messageId().toString());
        metadata.put("finish_reason", Json.clean(answer.finishReason()));
        if (answer.tokensEstimated()) {
            metadata.put("tokens_estimated", true);
        }
        return new NewReply(received.conversationId(), replyId, Json.clean(answer.content()), answer.inputTokens(),
                answer.outputTokens(), answer.cachedTokens(), Json.clean(answer.model()), text(prompt, "agent_type"), answer.toolCallsJson(),
                metadata.toString());
    }

    private static Optional<String> text(ObjectNode node, String name) {
        return Optional.ofNullable(node.path(name).textValue());
    }

    private static void putReply(ObjectNode body, StoredReply stored) {
        ObjectNode reply = body.putObject("reply");
        reply.put("message_id", stored.messageId().toString());
        reply.put("content", stored.content());
        reply.put("model", stored.model().orElse(null));
        ObjectNode usage = reply.putObject("usage");
        usage.put("input_tokens", stored.inputTokens());
        usage.put("output_tokens", stored.outputTokens());
        usage.put("total_tokens", stored.inputTokens() + stored.outputTokens());
    }
}
