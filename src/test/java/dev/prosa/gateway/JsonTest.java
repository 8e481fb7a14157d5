package dev.prosa.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void removesNulAndReplacesHalvesOfSurrogatePairs() {
        assertEquals("{\"a\":\"xy\",\"k\":\"\uFFFD end\",\"p\":\"\uD83D\uDC4D\",\"q\":\"\uFFFD\uFFFD\"}",
                clean("{\"a\":\"x\\u0000y\",\"k\\u0000\":\"\\ud83d end\",\"p\":\"\\ud83d\\udc4d\",\"q\":\"\\udc4d\\ud83d\"}"));
    }

    @Test
    void leavesNumbersAndOrderAsTheyAre() {
        String json = "{\"b\":1.50,\"a\":123456789012345678901234567890,\"c\":[1e400,-0.0,true,null,{}]}";
        assertEquals(json, clean(json));
    }

    @Test
    void doesNotCopyWhatIsClean() {
        String text = "olá 👍";
        assertSame(text, Json.clean(text));
    }

    @Test
    void repairsBytesThatAreNoUtf8() {
        byte[] body = "{\"a\":\"x?y\"}".getBytes(StandardCharsets.ISO_8859_1);
        body[7] = (byte) 0xE9;
        assertEquals("{\"a\":\"x\uFFFDy\"}", Json.cleanObject(body));
    }

    @Test
    void skipsAByteOrderMark() {
        assertEquals("{}", clean("\uFEFF{}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "[]", "\"x\"", "null", "1", "{", "{\"a\":}", "{} {}", "{}]", "{'a':1}", "<xml/>", "{\"a\":NaN}"})
    void refusesWhatIsNoObject(String body) {
        assertEquals(400, assertThrows(ApiException.class, () -> clean(body)).status());
    }

    @Test
    void refusesWhatIsNestedTooDeep() {
        ApiException e = assertThrows(ApiException.class, () -> clean("{\"a\":" + "[".repeat(5000) + "]".repeat(5000) + "}"));
        assertEquals(400, e.status());
        assertTrue(e.getMessage().contains("nested"), e.getMessage());
    }

    @Test
    void takesStringsOfMegabytes() {
        String media = "A".repeat(21_000_000);
        assertEquals(media.length() + "{\"m\":\"\"}".length(), clean("{\"m\":\"" + media + "\"}").length());
    }

    private static String clean(String body) {
        return Json.cleanObject(body.getBytes(StandardCharsets.UTF_8));
    }
}
