package dev.prosa.gateway;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * JSON as the database can store it. PostgreSQL's {@code jsonb} refuses two things that JSON allows and phones send:
 * NUL characters, which are removed, and halves of surrogate pairs, which become U+FFFD.
 */
final class Json {

    /** Deeper than any message; far from the depth at which a parser runs out of stack. */
    private static final int MAX_DEPTH = 200;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final ObjectMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Json() {
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Parses what the database wrote. */
    static ObjectNode parseTrusted(String text) {
        try {
            return (ObjectNode) MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A request's body as an object, its strings cleaned.
     *
     * @throws ApiException 400 when it is no JSON object
     */
    static ObjectNode parseObject(byte[] body) {
        try {
            return (ObjectNode) MAPPER.readTree(cleanObject(body));
        } catch (JsonProcessingException e) {
            throw notJson(e);
        }
    }

    /**
     * A request's body, which must be one JSON object, as text with its strings cleaned; numbers and the order of
     * members stay as they are. It is not held as a tree, since a body may have megabytes of media in it.
     *
     * @throws ApiException 400 when it is no JSON object
     */
    static String cleanObject(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        StringWriter out = new StringWriter(text.length() + 16);
        try (JsonParser parser = FACTORY.createParser(new StringReader(text));
                JsonGenerator generator = FACTORY.createGenerator(out)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw ApiException.badRequest(first == null ? "the body is empty: a JSON object is expected"
                        : "the body is not a JSON object");
            }
            int depth = 0;
            JsonToken token = first;
            do {
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                copy(parser, token, generator);
                token = parser.nextToken();
            } while (token != null && depth > 0);
            if (token != null) {
                throw ApiException.badRequest("the body has more than one JSON value");
            }
        } catch (JsonProcessingException e) {
            throw notJson(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void copy(JsonParser parser, JsonToken token, JsonGenerator generator) throws IOException {
        switch (token) {
            case FIELD_NAME -> generator.writeFieldName(clean(parser.currentName()));
            case VALUE_STRING -> generator.writeString(clean(parser.getText()));
            // as text: a number that no Java type holds is still a number to the database
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> generator.writeNumber(parser.getText());
            default -> generator.copyCurrentEvent(parser);
        }
    }

    private static ApiException notJson(JsonProcessingException e) {
        if (e instanceof StreamConstraintsException) {
            return ApiException.badRequest("the body is nested deeper than %d levels, or has a number or a name that is too long"
                    .formatted(MAX_DEPTH));
        }
        String place = e.getLocation() == null ? ""
                : " (line %d, column %d)".formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
        return ApiException.badRequest("the body is not valid JSON" + place);
    }

    /**
     * A text as the database can store it.
     *
     * @param text any text
     * @return the text without NUL characters, each half of a surrogate pair replaced by U+FFFD
     */
    static String clean(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) != 0 && !isHalf(text, i)) {
            i++;
        }
        if (i == text.length()) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length()).append(text, 0, i);
        for (; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != 0) {
                clean.append(isHalf(text, i) ? '\uFFFD' : c);
            }
        }
        return clean.toString();
    }

    /** Whether the character is a surrogate without its other half beside it. */
    private static boolean isHalf(String text, int i) {
        char c = text.charAt(i);
        if (!Character.isSurrogate(c)) {
            return false;
        }
        return Character.isHighSurrogate(c)
                ? i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1))
                : i == 0 || !Character.isHighSurrogate(text.charAt(i - 1));
    }
}
