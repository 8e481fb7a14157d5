package dev.prosa.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.prosa.cli.ConnectionSettings;
import dev.prosa.gateway.TestGateway.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway without its database: what it says then, and what needs none. */
class GatewayTest {

    private static final String MODEL = "bge-small-en-v1.5-q";
    private static final String KEY = "prosa_" + "0".repeat(32) + "_" + "0".repeat(64);

    private static TestGateway gateway;

    @BeforeAll
    static void start() {
        ConnectionSettings nowhere = new ConnectionSettings("jdbc:postgresql://127.0.0.1:9/none", "nobody", Optional.of("x"), Map.of());
        gateway = new TestGateway(nowhere, true, 1_000_000, Optional.of("embed-key"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void saysThatTheDatabaseIsAway() throws Exception {
        Answer health = gateway.get("/healthz");
        assertEquals(503, health.status());
        assertEquals("unreachable", health.json().get("database").textValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/webhook/evolution", "/api/chat", "/api/search"})
    void asksToRepeatWhatTheDatabaseCannotTakeNow(String path) throws Exception {
        Answer answer = gateway.postWithKey(path, KEY, "{\"event\":\"x\",\"phone\":\"551191234\",\"message\":\"x\",\"query\":\"x\"}");
        assertEquals(503, answer.status());
        assertEquals("database_unavailable", answer.json().at("/error/code").textValue());
        assertTrue(Integer.parseInt(answer.header("Retry-After")) > 0);
        assertFalse(answer.json().toString().contains("127.0.0.1"), answer.json().toString());
    }

    @Test
    void answersUnknownPathsAndMethodsInJson() throws Exception {
        assertEquals("not_found", gateway.get("/nothing/here").json().at("/error/code").textValue());
        Answer method = gateway.get("/api/chat");
        assertEquals(405, method.status());
        assertEquals("method_not_allowed", method.json().at("/error/code").textValue());
        assertEquals("", method.header("Server"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Basic abc", "Bearer", "Bearer not-a-key", "Bearer prosa_0_0"})
    void refusesWhatIsNoKeyWithoutAskingTheDatabase(String authorization) throws Exception {
        for (String path : java.util.List.of("/webhook/evolution", "/api/chat", "/api/search")) {
            Answer answer = gateway.post(path, "{}", "Authorization", authorization);
            assertEquals(401, answer.status());
            assertEquals("Bearer", answer.header("WWW-Authenticate"));
        }
    }

    @Test
    void describesItself() throws Exception {
        assertEquals("3.1.0", gateway.get("/openapi.json").json().get("openapi").textValue());
    }

    @Test
    void embedsLikeOpenAi() throws Exception {
        Answer answer = embed("{\"model\":\"%s\",\"input\":[\"one\",\"two words\"]}".formatted(MODEL));
        assertEquals(200, answer.status(), answer.json().toString());
        assertEquals("list", answer.json().get("object").textValue());
        assertEquals(MODEL, answer.json().get("model").textValue());
        assertEquals(2, answer.json().get("data").size());
        assertEquals(1, answer.json().at("/data/1/index").intValue());
        assertEquals(384, answer.json().at("/data/1/embedding").size());
        assertTrue(answer.json().at("/usage/total_tokens").intValue() > 2);

        JsonNode encoded = embed("{\"model\":\"%s\",\"input\":\"two words\",\"encoding_format\":\"base64\"}".formatted(MODEL)).json();
        float[] vector = new float[384];
        ByteBuffer.wrap(Base64.getDecoder().decode(encoded.at("/data/0/embedding").textValue())).order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer().get(vector);
        float[] plain = new float[384];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = answer.json().at("/data/1/embedding").get(i).floatValue();
        }
        assertArrayEquals(plain, vector, 1e-6f);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "400 | {\"model\":\"M\",\"input\":\"\"}",
        "400 | {\"model\":\"M\",\"input\":[]}",
        "400 | {\"model\":\"M\",\"input\":[\"ok\",\" \"]}",
        "400 | {\"model\":\"M\",\"input\":[[1,2]]}",
        "400 | {\"model\":\"M\",\"input\":[1,2]}",
        "400 | {\"model\":\"M\"}",
        "400 | {\"input\":\"x\"}",
        "400 | {\"model\":\"M\",\"input\":\"x\",\"encoding_format\":\"int8\"}",
        "400 | {\"model\":\"M\",\"input\":\"x\",\"dimensions\":256}",
        "404 | {\"model\":\"other\",\"input\":\"x\"}",
        "400 | nothing"})
    void refusesLikeOpenAi(int status, String body) throws Exception {
        Answer answer = embed(body.replace("\"M\"", "\"" + MODEL + "\""));
        assertEquals(status, answer.status(), answer.json().toString());
        assertEquals("invalid_request_error", answer.json().at("/error/type").textValue());
        assertTrue(answer.json().at("/error").has("param"));
        assertFalse(answer.json().at("/error/message").textValue().isBlank());
    }

    @Test
    void refusesTooManyTexts() throws Exception {
        ObjectNode body = Json.object().put("model", MODEL);
        var input = body.putArray("input");
        for (int i = 0; i < 2049; i++) {
            input.add("x");
        }
        assertEquals(400, embed(body.toString()).status());
        assertEquals(413, embed("{\"model\":\"" + "x".repeat(11 * 1024 * 1024) + "\"}").status());
    }

    @Test
    void servesOthersOnlyWithTheKey() throws Exception {
        String body = "{\"model\":\"%s\",\"input\":\"x\"}".formatted(MODEL);
        Answer refused = gateway.post("/v1/embeddings", body, "X-Forwarded-For", "203.0.113.7");
        assertEquals(401, refused.status());
        assertEquals("invalid_api_key", refused.json().at("/error/code").textValue());
        assertEquals(401, gateway.post("/v1/embeddings", body, "Forwarded", "for=203.0.113.7", "Authorization", "Bearer wrong").status());
        assertEquals(200, gateway.post("/v1/embeddings", body, "X-Forwarded-For", "203.0.113.7", "Authorization", "Bearer embed-key").status());
        assertEquals(401, gateway.get("/v1/models", "X-Real-IP", "203.0.113.7").status());
        assertEquals(MODEL, gateway.get("/v1/models").json().at("/data/0/id").textValue());
    }

    private static Answer embed(String body) throws Exception {
        return gateway.post("/v1/embeddings", body);
    }
}
