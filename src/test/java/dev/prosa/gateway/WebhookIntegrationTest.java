package dev.prosa.gateway;

import static dev.prosa.cli.TestDatabase.admin;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prosa.cli.TestDatabase;
import dev.prosa.cli.TestDatabase.TestTenant;
import dev.prosa.gateway.TestGateway.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledIfEnvironmentVariable(named = TestDatabase.URL_VARIABLE, matches = ".+", disabledReason = TestDatabase.SKIP_REASON)
class WebhookIntegrationTest {

    private static final int MAX_BYTES = 2_000_000;

    private static TestGateway gateway;
    private static TestTenant sorriso;
    private static TestTenant harbor;

    @BeforeAll
    static void start() throws Exception {
        TestDatabase.ensurePlatformProvider();
        sorriso = TestDatabase.createTenant("Clínica Sorriso");
        harbor = TestDatabase.createTenant("Harbor Bikes");
        gateway = new TestGateway(TestDatabase.gateway(), false, MAX_BYTES, Optional.empty());
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void storesTheMessagesOfTwoTenantsApart() throws Exception {
        String id = id();
        Answer first = deliver(sorriso, message(id, "5511911110001", "Bom dia, quero marcar uma limpeza"));
        Answer second = deliver(harbor, message(id, "5511911110001", "Is my bike ready?"));
        for (Answer answer : List.of(first, second)) {
            assertEquals(200, answer.status(), answer.json().toString());
            assertEquals("stored", answer.json().get("status").textValue());
            assertEquals("messages.upsert", answer.json().get("event").textValue());
            assertFalse(answer.json().at("/messages/0/is_duplicate").booleanValue());
            assertEquals(1, answer.json().at("/messages/0/message_index").intValue());
        }
        assertEquals("Bom dia, quero marcar uma limpeza", content(sorriso, id));
        assertEquals("Is my bike ready?", content(harbor, id));
    }

    @Test
    void storesARedeliveryOnce() throws Exception {
        String id = id();
        ObjectNode payload = message(id, "5511911110002", "uma vez só");
        String first = deliver(sorriso, payload).json().at("/messages/0/message_id").textValue();
        Answer again = deliver(sorriso, payload);
        assertEquals(200, again.status());
        assertTrue(again.json().at("/messages/0/is_duplicate").booleanValue());
        assertEquals(first, again.json().at("/messages/0/message_id").textValue());
        assertEquals("1", count(sorriso, id));
    }

    @Test
    void takesTheTokenInEveryPlaceThatEvolutionCanSendIt() throws Exception {
        String token = sorriso.webhookToken();
        String body = message(id(), "5511911110003", "oi").toString();
        String path = "/webhook/evolution/" + sorriso.inbox();
        assertEquals(200, gateway.post(path, body, "apikey", token).status());
        assertEquals(200, gateway.post(path, body, "x-api-key", token).status());
        assertEquals(200, gateway.post(path + "?token=" + token, body).status());
        assertEquals(200, gateway.post(path, body, "Authorization", "Bearer eyJhbGciOiJIUzI1NiJ9.e30.x", "apikey", token).status());
    }

    @Test
    void refusesAWrongTokenWithoutSayingWhy() throws Exception {
        String body = message(id(), "5511911110004", "oi").toString();
        String path = "/webhook/evolution/" + sorriso.inbox();
        String wrong = sorriso.webhookToken().substring(0, sorriso.webhookToken().length() - 4) + "0000";
        for (Answer answer : List.of(gateway.post(path, body), gateway.postWithKey(path, "nonsense", body),
                gateway.postWithKey(path, wrong, body), gateway.postWithKey(path, sorriso.apiKey(), body))) {
            assertEquals(401, answer.status());
            assertEquals("unauthorized", answer.json().at("/error/code").textValue());
            assertEquals("the key is missing or not valid", answer.json().at("/error/message").textValue());
        }
    }

    @Test
    void refusesAnInstanceThatIsNotTheTokens() throws Exception {
        String id = id();
        String body = message(id, "5511911110005", "oi").toString();
        for (String instance : List.of("no-such-instance", harbor.inbox())) {
            Answer answer = gateway.postWithKey("/webhook/evolution/" + instance, sorriso.webhookToken(), body);
            assertEquals(404, answer.status(), answer.json().toString());
            assertEquals("not_found", answer.json().at("/error/code").textValue());
        }
        assertEquals("0", count(sorriso, id));
        assertEquals("0", count(harbor, id));
    }

    @Test
    void refusesAnotherInboxOfTheSameTenant() throws Exception {
        String other = "second-" + UUID.randomUUID();
        TestDatabase.inTenant(sorriso.id(), "select prosa.create_inbox(?)", other);
        String id = id();
        Answer answer = gateway.postWithKey("/webhook/evolution/" + other, sorriso.webhookToken(),
                message(id, "5511911110006", "oi").toString());
        assertEquals(404, answer.status(), answer.json().toString());
        assertEquals("0", count(sorriso, id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/webhook/evolution", "/webhook/evolution/", "/webhook/evolution/messages-upsert",
        "/webhook/evolution/{instance}", "/webhook/evolution/{instance}/messages-upsert", "/webhook/evolution/{instance}/messages-upsert/",
        "/webhook/evolution/{instance}/an-event-to-come"})
    void takesEveryPathThatEvolutionCalls(String path) throws Exception {
        String id = id();
        Answer answer = gateway.postWithKey(path.replace("{instance}", sorriso.inbox()), sorriso.webhookToken(),
                message(id, "5511911110007", "por outro caminho").toString());
        assertEquals(200, answer.status(), answer.json().toString());
        assertEquals("1", count(sorriso, id));
    }

    @Test
    void acknowledgesEventsItHasNoUseFor() throws Exception {
        for (String event : List.of("presence.update", "SOMETHING_NEW", "chats.update")) {
            ObjectNode payload = Json.object();
            payload.put("event", event).put("instance", sorriso.inbox()).putObject("data").put("state", "open");
            Answer answer = deliver(sorriso, payload);
            assertEquals(200, answer.status());
            assertEquals("ignored", answer.json().get("status").textValue());
        }
    }

    @Test
    void takesEventNamesInUpperCase() throws Exception {
        String id = id();
        assertEquals("stored", deliver(sorriso, message(id, "5511911110008", "oi").put("event", "MESSAGES_UPSERT"))
                .json().get("status").textValue());
        assertEquals("1", count(sorriso, id));
    }

    @Test
    void knowsAContactByItsOpaqueIdAndItsPhone() throws Exception {
        String lid = String.valueOf(100_000_000_000_000L + Math.abs(UUID.randomUUID().getMostSignificantBits() % 1_000_000));
        ObjectNode withBoth = message(id(), lid, "pelo lid");
        ((ObjectNode) withBoth.at("/data/key")).put("remoteJid", lid + "@lid").put("remoteJidAlt", "5511922220001@s.whatsapp.net");
        ObjectNode byPhone = message(id(), "5511922220001", "pelo telefone");
        ObjectNode byLid = message(id(), lid, "só o lid");
        ((ObjectNode) byLid.at("/data/key")).put("remoteJid", lid + "@lid");
        String conversation = deliver(sorriso, withBoth).json().at("/messages/0/conversation_id").textValue();
        assertEquals(conversation, deliver(sorriso, byPhone).json().at("/messages/0/conversation_id").textValue());
        assertEquals(conversation, deliver(sorriso, byLid).json().at("/messages/0/conversation_id").textValue());
    }

    @Test
    void takesAMessageUnderItsOpaqueIdAndUnderThePhoneForOne() throws Exception {
        String id = id();
        ObjectNode byLid = message(id, "", "a mesma");
        ((ObjectNode) byLid.at("/data/key")).put("remoteJid", "155500000000001@lid");
        deliver(sorriso, byLid);
        assertTrue(deliver(sorriso, message(id, "5511922220002", "a mesma")).json().at("/messages/0/is_duplicate").booleanValue());
        assertEquals("1", count(sorriso, id));
    }

    @Test
    void takesWhatThePhonesOwnerWroteForAnOperators() throws Exception {
        String id = id();
        ObjectNode payload = message(id, "5511922220003", "Confirmado para amanhã");
        ((ObjectNode) payload.at("/data/key")).put("fromMe", true);
        assertEquals(200, deliver(sorriso, payload).status());
        assertEquals("operator", field(sorriso, id, "role"));
    }

    @Test
    void readsTimesAsNumberAndAsText() throws Exception {
        Instant sent = Instant.now().minusSeconds(3600);
        String asNumber = id();
        String asText = id();
        ObjectNode first = message(asNumber, "5511922220004", "número");
        ((ObjectNode) first.get("data")).put("messageTimestamp", sent.getEpochSecond());
        ObjectNode second = message(asText, "5511922220004", "texto");
        ((ObjectNode) second.get("data")).put("messageTimestamp", String.valueOf(sent.getEpochSecond()));
        deliver(sorriso, first);
        deliver(sorriso, second);
        for (String id : List.of(asNumber, asText)) {
            assertEquals(String.valueOf(sent.getEpochSecond()), field(sorriso, id, "extract(epoch from created_at)::bigint"));
        }
    }

    @Test
    void takesSeveralMessagesInOneCall() throws Exception {
        List<String> ids = List.of(id(), id(), id());
        ObjectNode payload = message(ids.get(0), "5511922220005", "a");
        ObjectNode data = Json.object();
        var messages = data.putArray("messages");
        for (String id : ids) {
            messages.add(message(id, "5511922220005", "parte " + id).get("data"));
        }
        payload.set("data", data);
        Answer answer = deliver(sorriso, payload);
        assertEquals(3, answer.json().get("messages").size(), answer.json().toString());
        for (String id : ids) {
            assertEquals("1", count(sorriso, id));
        }
    }

    @Test
    void storesWhatTheDatabaseCannotHoldInACleanForm() throws Exception {
        String id = id();
        String body = message(id, "5511922220006", "MARK").toString()
                .replace("MARK", "a\\u0000b \\ud83d c \\udc4d d \\ud83d\\udc4d");
        Answer answer = gateway.postWithKey("/webhook/evolution/" + sorriso.inbox(), sorriso.webhookToken(), body);
        assertEquals(200, answer.status(), answer.json().toString());
        assertEquals("ab \uFFFD c \uFFFD d 👍", content(sorriso, id));
    }

    @Test
    void refusesABodyThatIsTooLarge() throws Exception {
        String id = id();
        ObjectNode payload = message(id, "5511922220007", "x".repeat(MAX_BYTES));
        Answer answer = deliver(sorriso, payload);
        assertEquals(413, answer.status());
        assertEquals("too_large", answer.json().at("/error/code").textValue());
        // without a length in its head, too
        byte[] bytes = payload.toString().getBytes(StandardCharsets.UTF_8);
        var request = java.net.http.HttpRequest.newBuilder(java.net.URI.create(gateway.url() + "/webhook/evolution"))
                .header("Authorization", "Bearer " + sorriso.webhookToken())
                .POST(java.net.http.HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(bytes)));
        assertEquals(413, gateway.send(request).status());
        assertEquals("0", count(sorriso, id));
    }

    @Test
    void storesALargeBodyThatIsNotTooLarge() throws Exception {
        String id = id();
        ObjectNode payload = message(id, "5511922220008", "com anexo");
        ((ObjectNode) payload.at("/data/message")).put("base64", "QUJD".repeat(400_000));
        assertEquals(200, deliver(sorriso, payload).status());
        assertEquals("1", count(sorriso, id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "not json", "[]", "[{\"event\":\"messages.upsert\"}]", "\"text\"", "{\"event\":"})
    void refusesWhatIsNoJsonObject(String body) throws Exception {
        Answer answer = gateway.postWithKey("/webhook/evolution", sorriso.webhookToken(), body);
        assertEquals(400, answer.status());
        assertEquals("invalid_request", answer.json().at("/error/code").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"event\":7}", "{\"event\":\"messages.upsert\"}", "{\"event\":\"messages.upsert\",\"data\":5}",
        "{\"event\":\"messages.upsert\",\"data\":{\"key\":{}}}", "{\"event\":\"messages.upsert\",\"data\":{\"n\":1e999999}}"})
    void answersBadDataSoThatItIsNotRepeated(String body) throws Exception {
        Answer answer = gateway.postWithKey("/webhook/evolution", sorriso.webhookToken(), body);
        assertEquals(422, answer.status(), answer.json().toString());
        assertEquals("invalid_data", answer.json().at("/error/code").textValue());
        assertFalse(answer.json().toString().contains("select "), answer.json().toString());
    }

    @Test
    void keepsTheTokenOutOfTheDatabase() throws Exception {
        deliver(sorriso, message(id(), "5511922220009", "oi"));
        gateway.post("/webhook/evolution", message(id(), "5511922220009", "oi").toString(), "apikey", sorriso.webhookToken(),
                "X-Custom", "kept", "Cookie", "a=b");
        String secret = sorriso.webhookToken().substring(sorriso.webhookToken().lastIndexOf('_') + 1);
        assertEquals("0", admin("select count(*) from prosa.inbound_events where tenant_id = ? and (headers::text like ? or payload::text like ?)",
                sorriso.id(), "%" + secret + "%", "%" + secret + "%"));
        assertNotEquals("0", admin("select count(*) from prosa.inbound_events where tenant_id = ? and headers ->> 'x-custom' = 'kept' and not headers ? 'cookie'"
                .replace("headers ? ", "headers ?? "), sorriso.id()));
    }

    @Test
    void storesEachOfManyConcurrentRedeliveriesOnce() throws Exception {
        List<ObjectNode> payloads = new ArrayList<>();
        String run = id();
        for (int i = 0; i < 200; i++) {
            payloads.add(message(run + "-" + i, "551193333%04d".formatted(i % 10), "mensagem " + i));
        }
        ExecutorService senders = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> failures = new ArrayList<>();
            for (int sender = 0; sender < 8; sender++) {
                List<ObjectNode> order = new ArrayList<>(payloads);
                Collections.shuffle(order);
                failures.add(senders.submit(() -> {
                    int failed = 0;
                    for (ObjectNode payload : order) {
                        failed += deliver(sorriso, payload).status() == 200 ? 0 : 1;
                    }
                    return failed;
                }));
            }
            for (Future<Integer> failed : failures) {
                assertEquals(0, failed.get());
            }
        } finally {
            senders.shutdown();
        }
        assertEquals("200", admin("select count(*) from prosa.messages where tenant_id = ? and external_id like ?", sorriso.id(), run + "-%"));
        assertEquals("0", admin("""
                select count(*) from (
                    select conversation_id from prosa.messages where tenant_id = ?
                     group by conversation_id having max(message_index) <> count(*) or count(distinct message_index) <> count(*)) gap""",
                sorriso.id()));
    }

    private static Answer deliver(TestTenant tenant, ObjectNode payload) throws Exception {
        return gateway.postWithKey("/webhook/evolution/" + tenant.inbox(), tenant.webhookToken(), payload.toString());
    }

    private static ObjectNode message(String id, String phone, String text) {
        ObjectNode payload = Json.object();
        payload.put("event", "messages.upsert").put("instance", "any").putNull("apikey");
        ObjectNode data = payload.putObject("data");
        data.putObject("key").put("remoteJid", phone + "@s.whatsapp.net").put("fromMe", false).put("id", id);
        data.put("pushName", "Ana").put("messageType", "conversation").put("messageTimestamp", Instant.now().getEpochSecond());
        data.putObject("message").put("conversation", text);
        return payload;
    }

    private static String id() {
        return "3EB0" + UUID.randomUUID().toString().replace("-", "").substring(0, 16).toUpperCase(java.util.Locale.ROOT);
    }

    private static String count(TestTenant tenant, String externalId) throws Exception {
        return admin("select count(*) from prosa.messages where tenant_id = ? and external_id = ?", tenant.id(), externalId);
    }

    private static String content(TestTenant tenant, String externalId) throws Exception {
        return field(tenant, externalId, "content");
    }

    private static String field(TestTenant tenant, String externalId, String expression) throws Exception {
        return admin("select " + expression + " from prosa.messages where tenant_id = ? and external_id = ?", tenant.id(), externalId);
    }
}
