package dev.prosa.gateway;

import static dev.prosa.cli.TestDatabase.admin;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.prosa.cli.Pools;
import dev.prosa.cli.TestDatabase;
import dev.prosa.cli.TestDatabase.TestTenant;
import dev.prosa.gateway.TestGateway.Answer;
import dev.prosa.provider.TenantSecrets;
import dev.prosa.worker.Worker;
import dev.prosa.worker.WorkerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledIfEnvironmentVariable(named = TestDatabase.URL_VARIABLE, matches = ".+", disabledReason = TestDatabase.SKIP_REASON)
class ChatIntegrationTest {

    private static final String DEAD = "http://127.0.0.1:9/v1";
    private static final String MODEL = "bge-small-en-v1.5-q";

    private static TestGateway gateway;
    private static TestTenant harbor;
    private static TestTenant other;

    @BeforeAll
    static void start() throws Exception {
        TestDatabase.ensurePlatformProvider();
        gateway = new TestGateway(TestDatabase.gateway(), true, 1_000_000, Optional.empty());
        harbor = TestDatabase.createTenant("Harbor Bikes");
        other = TestDatabase.createTenant("Another Tenant");
        for (TestTenant tenant : List.of(harbor, other)) {
            TestDatabase.setProvider(tenant, Optional.of(gateway.url() + "/v1"), Optional.empty(), MODEL, 10_000);
        }
        for (String text : List.of("My bike has a flat front tyre, can you repair the puncture?",
                "What time do you open on Saturday mornings?", "The saddle you sold me is far too hard.",
                "Do you rent electric cargo bicycles for a weekend?")) {
            assertEquals(200, chat(harbor, text, null, false).status());
        }
        TestDatabase.inTenant(harbor.id(), "select prosa.upsert_memory(null, 'note', ?)", "The workshop repairs punctures within one hour.");
        drain();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void drain() {
        try (HikariDataSource pool = Pools.forWorker(TestDatabase.worker(), 2)) {
            assertTrue(new Worker(Pools.jdbi(pool), TenantSecrets.from(pool::getConnection), WorkerSettings.DEFAULT).drain(Duration.ofMinutes(2)).isEmpty());
        }
    }

    @Test
    void answersWithWhatItRetrieved() throws Exception {
        Answer answer = chat(harbor, "How long does it take to fix a puncture?", null, true);
        assertEquals(200, answer.status(), answer.json().toString());
        JsonNode reply = answer.json().get("reply");
        assertEquals("mock", reply.get("model").textValue());
        assertTrue(reply.get("content").textValue().contains("puncture"), reply.toString());
        assertTrue(reply.at("/usage/input_tokens").intValue() > 0);
        assertTrue(texts(answer.json().get("rag_context")).contains("The workshop repairs punctures within one hour."));
        assertEquals("assistant", admin("select role from prosa.messages where tenant_id = ? and id = ?::uuid", harbor.id(),
                reply.get("message_id").textValue()));
    }

    @Test
    void onlyStoresWhereNoReplyIsWanted() throws Exception {
        Answer answer = chat(harbor, "Just so you know.", null, false);
        assertEquals(200, answer.status());
        assertTrue(answer.json().get("reply").isNull());
        assertEquals("0", admin("select count(*) from prosa.messages where conversation_id = ?::uuid and role = 'assistant' and tenant_id = ? and metadata ->> 'in_reply_to' = ?",
                answer.json().get("conversation_id").textValue(), harbor.id(), answer.json().get("message_id").textValue()));
    }

    @Test
    void answersARedeliveryWithTheFirstAnswer() throws Exception {
        String id = UUID.randomUUID().toString();
        Answer first = chat(harbor, "Is the shop open today?", id, true);
        Answer again = chat(harbor, "Is the shop open today?", id, true);
        assertFalse(first.json().get("is_duplicate").booleanValue());
        assertTrue(again.json().get("is_duplicate").booleanValue());
        assertEquals(first.json().get("reply"), again.json().get("reply"));
        assertEquals(1, replies(first));
    }

    @Test
    void answersConcurrentRedeliveriesOnce() throws Exception {
        String id = UUID.randomUUID().toString();
        ExecutorService senders = Executors.newFixedThreadPool(6);
        try {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                answers.add(senders.submit(() -> chat(harbor, "Six times the same question?", id, true)));
            }
            List<String> replies = new ArrayList<>();
            for (Future<Answer> answer : answers) {
                assertEquals(200, answer.get().status(), answer.get().json().toString());
                replies.add(answer.get().json().at("/reply/message_id").textValue());
            }
            assertEquals(1, replies.stream().distinct().count(), replies.toString());
            assertEquals(1, replies(answers.get(0).get()));
        } finally {
            senders.shutdown();
        }
    }

    @Test
    void answersByWordsAloneWhenTheEmbeddingEndpointIsDown() throws Exception {
        TestTenant tenant = TestDatabase.createTenant("Embedding down");
        TestDatabase.setProvider(tenant, Optional.of(DEAD), Optional.empty(), MODEL, 2_000);
        chat(tenant, "The invoice number is 4711.", null, false);
        for (int i = 0; i < 25; i++) {
            chat(tenant, "filler " + i, null, false);
        }
        Answer answer = chat(tenant, "What was the invoice number?", null, true);
        assertEquals(200, answer.status(), answer.json().toString());
        assertTrue(texts(answer.json().get("rag_context")).contains("The invoice number is 4711."), answer.json().toString());
    }

    @Test
    void keepsTheMessageWhenTheModelIsDownAndAnswersItLater() throws Exception {
        TestTenant tenant = TestDatabase.createTenant("Chat down");
        TestDatabase.setProvider(tenant, Optional.empty(), Optional.of(DEAD), "gpt", 2_000);
        String id = UUID.randomUUID().toString();
        Answer failed = chat(tenant, "Anybody there?", id, true);
        assertEquals(502, failed.status(), failed.json().toString());
        assertEquals("chat_failed", failed.json().at("/error/code").textValue());
        assertEquals("Anybody there?", admin("select content from prosa.messages where tenant_id = ? and id = ?::uuid", tenant.id(),
                failed.json().get("message_id").textValue()));
        TestDatabase.setProvider(tenant, Optional.empty(), Optional.empty(), "mock", 2_000);
        Answer later = chat(tenant, "Anybody there?", id, true);
        assertEquals(200, later.status(), later.json().toString());
        assertTrue(later.json().get("is_duplicate").booleanValue());
        assertTrue(later.json().at("/reply/content").textValue().contains("Anybody there?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"message\":\"x\"}", "{\"phone\":\"5511911112222\"}", "{\"phone\":1,\"message\":\"x\"}", "[]", "x"})
    void refusesAWrongRequest(String body) throws Exception {
        Answer answer = gateway.postWithKey("/api/chat", harbor.apiKey(), body);
        assertEquals(400, answer.status());
        assertEquals("invalid_request", answer.json().at("/error/code").textValue());
    }

    @Test
    void saysWhatTheDatabaseRefuses() throws Exception {
        Answer phone = gateway.postWithKey("/api/chat", harbor.apiKey(), "{\"phone\":\"call me\",\"message\":\"x\"}");
        assertEquals(422, phone.status(), phone.json().toString());
        assertTrue(phone.json().at("/error/message").textValue().contains("phone"), phone.json().toString());
        Answer inbox = gateway.postWithKey("/api/chat", harbor.apiKey(), "{\"phone\":\"5511911112222\",\"message\":\"x\",\"inbox\":\"none\"}");
        assertEquals(404, inbox.status(), inbox.json().toString());
    }

    @Test
    void asksForAKeyOfThisUse() throws Exception {
        String body = "{\"phone\":\"5511911112222\",\"message\":\"x\",\"query\":\"x\"}";
        for (String path : List.of("/api/chat", "/api/search")) {
            assertEquals(401, gateway.post(path, body).status());
            assertEquals(401, gateway.postWithKey(path, harbor.webhookToken(), body).status());
            assertEquals(401, gateway.postWithKey(path, "prosa_" + "0".repeat(32) + "_" + "0".repeat(64), body).status());
        }
        assertEquals(200, gateway.post("/api/search", body, "x-api-key", harbor.apiKey()).status());
    }

    @Test
    void findsByMeaningAndWords() throws Exception {
        Answer answer = search(harbor, "{\"query\":\"mend a punctured tire\",\"limit\":3}");
        assertEquals(200, answer.status(), answer.json().toString());
        assertFalse(answer.json().get("is_text_only").booleanValue());
        JsonNode best = answer.json().at("/hits/0");
        assertTrue(best.get("text").textValue().contains("puncture"), answer.json().toString());
        assertTrue(best.get("score").doubleValue() > 0);
        assertTrue(answer.json().get("hits").size() <= 3);
    }

    @Test
    void findsByMeaningAlone() throws Exception {
        Answer answer = search(harbor, "{\"query\":\"opening hours\",\"mode\":\"semantic\",\"threshold\":0.3,\"limit\":2}");
        assertEquals(200, answer.status(), answer.json().toString());
        assertTrue(texts(answer.json().get("hits")).get(0).contains("What time do you open"), answer.json().toString());
        assertTrue(search(harbor, "{\"query\":\"opening hours\",\"mode\":\"semantic\",\"threshold\":0.999}").json().get("hits").isEmpty());
    }

    @Test
    void findsMemories() throws Exception {
        Answer answer = search(harbor, "{\"query\":\"how fast are repairs\",\"mode\":\"memory\"}");
        assertEquals(200, answer.status(), answer.json().toString());
        assertEquals("The workshop repairs punctures within one hour.", answer.json().at("/hits/0/text").textValue());
        assertEquals("memory", answer.json().at("/hits/0/kind").textValue());
        Answer none = search(harbor, "{\"query\":\"how fast are repairs\",\"mode\":\"memory\",\"memory_kinds\":[\"task\",\"file\"]}");
        assertEquals(200, none.status(), none.json().toString());
        assertTrue(none.json().get("hits").isEmpty(), none.json().toString());
        Answer notes = search(harbor, "{\"query\":\"how fast are repairs\",\"mode\":\"memory\",\"memory_kinds\":[\"note\"]}");
        assertEquals("note", notes.json().at("/hits/0/memory_kind").textValue(), notes.json().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"hybrid", "semantic", "memory"})
    void showsATenantNothingOfAnother(String mode) throws Exception {
        String query = "{\"query\":\"puncture tyre saddle Saturday\",\"threshold\":-1,\"mode\":\"%s\"}".formatted(mode);
        assertFalse(search(harbor, query).json().get("hits").isEmpty());
        Answer answer = search(other, query);
        assertEquals(200, answer.status(), answer.json().toString());
        assertTrue(answer.json().get("hits").isEmpty(), answer.json().toString());
    }

    @Test
    void searchesByWordsAloneWhenTheEndpointIsDown() throws Exception {
        TestTenant tenant = TestDatabase.createTenant("Search with endpoint down");
        TestDatabase.setProvider(tenant, Optional.of(DEAD), Optional.empty(), MODEL, 2_000);
        chat(tenant, "The gearbox makes a strange noise.", null, false);
        Answer hybrid = search(tenant, "{\"query\":\"gearbox\"}");
        assertEquals(200, hybrid.status(), hybrid.json().toString());
        assertTrue(hybrid.json().get("is_text_only").booleanValue());
        assertEquals("The gearbox makes a strange noise.", hybrid.json().at("/hits/0/text").textValue());
        Answer semantic = search(tenant, "{\"query\":\"gearbox\",\"mode\":\"semantic\"}");
        assertEquals(502, semantic.status(), semantic.json().toString());
        assertEquals("embedding_failed", semantic.json().at("/error/code").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"query\":\"\"}", "{\"query\":\"x\",\"limit\":0}", "{\"query\":\"x\",\"limit\":1.5}",
        "{\"query\":\"x\",\"alpha\":2}", "{\"query\":\"x\",\"mode\":\"other\"}", "{\"query\":\"x\",\"threshold\":\"high\"}", "{\"query\":\"x\",\"memory_kinds\":\"note\"}",
        "{\"query\":\"x\",\"memory_kinds\":[\"\"]}"})
    void refusesAWrongSearch(String body) throws Exception {
        assertEquals(400, search(harbor, body).status());
    }

    private static Answer chat(TestTenant tenant, String message, String externalId, boolean wantsReply) throws Exception {
        ObjectNode body = Json.object();
        body.put("phone", "+55 11 91234-5678").put("name", "Ana").put("message", message).put("reply", wantsReply);
        if (externalId != null) {
            body.put("external_id", externalId);
        }
        return gateway.postWithKey("/api/chat", tenant.apiKey(), body.toString());
    }

    private static Answer search(TestTenant tenant, String body) throws Exception {
        return gateway.postWithKey("/api/search", tenant.apiKey(), body);
    }

    private static int replies(Answer answer) throws Exception {
        String count = admin("select count(*) from prosa.messages where tenant_id = ? and metadata ->> 'in_reply_to' = ?", harbor.id(),
                answer.json().get("message_id").textValue());
        assertNull(answer.json().get("error"));
        return Integer.parseInt(count);
    }

    private static List<String> texts(JsonNode hits) {
        List<String> texts = new ArrayList<>();
        hits.forEach(hit -> texts.add(hit.get("text").textValue()));
        return texts;
    }
}
