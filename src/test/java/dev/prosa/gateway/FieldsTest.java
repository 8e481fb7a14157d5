package dev.prosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {

    @Test
    void readsAChatRequest() {
        ChatRequestBody body = ChatRequestBody.of(Json.parseObject(
                "{\"phone\":\"+55 11 91234-5678\",\"message\":\"Oi\",\"external_id\":\"x1\",\"reply\":false,\"unknown\":1}"
                        .getBytes(StandardCharsets.UTF_8)));
        assertEquals("x1", body.externalId().orElseThrow());
        assertTrue(body.inbox().isEmpty());
        assertEquals(false, body.wantsReply());
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"phone\":\"1\"}", "{\"phone\":551191,\"message\":\"x\"}", "{\"phone\":\"1\",\"message\":\"  \"}",
        "{\"phone\":\"1\",\"message\":\"x\",\"reply\":\"yes\"}", "{\"phone\":\"1\",\"message\":\"x\",\"name\":{}}"})
    void refusesAWrongChatRequest(String json) {
        ApiException e = assertThrows(ApiException.class,
                () -> ChatRequestBody.of(Json.parseObject(json.getBytes(StandardCharsets.UTF_8))));
        assertEquals(400, e.status());
        assertTrue(e.getMessage().startsWith("\""), e.getMessage());
    }

    @Test
    void keepsNumbersInTheirRange() {
        Fields fields = new Fields(Json.parseObject(
                "{\"n\":5,\"f\":0.25,\"huge\":1e400,\"half\":1.5,\"null\":null}".getBytes(StandardCharsets.UTF_8)));
        assertEquals(5, fields.integer("n", 1, 1, 10));
        assertEquals(1, fields.integer("null", 1, 1, 10));
        assertEquals(0.25, fields.number("f", 1, 0, 1));
        assertThrows(ApiException.class, () -> fields.integer("n", 1, 6, 10));
        assertThrows(ApiException.class, () -> fields.integer("half", 1, 0, 10));
        assertThrows(ApiException.class, () -> fields.integer("huge", 1, 0, 10));
        assertThrows(ApiException.class, () -> fields.number("huge", 1, 0, 10));
        assertThrows(ApiException.class, () -> fields.choice("mode", "x", List.of("y")));
    }
}
