package dev.prosa.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Reads the members of a request's body; what is missing or wrong is a 400 that names the member. */
final class Fields {

    private final ObjectNode body;

    Fields(ObjectNode body) {
        this.body = body;
    }

    /** A text that must be there and not be blank. */
    String text(String name, int maxLength) {
        return optionalText(name, maxLength)
                .orElseThrow(() -> ApiException.badRequest("\"%s\" is missing or blank".formatted(name)));
    }

    /** A text; absent when it is not there, null or blank. */
    Optional<String> optionalText(String name, int maxLength) {
        JsonNode node = body.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return Optional.empty();
        }
        if (!node.isTextual()) {
            throw ApiException.badRequest("\"%s\" must be a string".formatted(name));
        }
        String text = node.textValue();
        if (text.length() > maxLength) {
            throw ApiException.badRequest("\"%s\" has %d characters, more than %d".formatted(name, text.length(), maxLength));
        }
        return text.isBlank() ? Optional.empty() : Optional.of(text);
    }

    /** One of a few words. */
    String choice(String name, String absent, List<String> choices) {
        String text = optionalText(name, 100).orElse(absent);
        if (!choices.contains(text)) {
            throw ApiException.badRequest("\"%s\" must be one of: %s".formatted(name, String.join(", ", choices)));
        }
        return text;
    }

    /** Texts in an array, none of them blank; empty when it is not there, null or empty. */
    List<String> texts(String name, int maxItems, int maxLength) {
        JsonNode node = body.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return List.of();
        }
        if (!node.isArray() || node.size() > maxItems) {
            throw ApiException.badRequest("\"%s\" must be an array of at most %d strings".formatted(name, maxItems));
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : node) {
            if (!item.isTextual() || item.textValue().isBlank() || item.textValue().length() > maxLength) {
                throw ApiException.badRequest("\"%s\" must hold strings of 1 to %d characters".formatted(name, maxLength));
            }
            texts.add(item.textValue());
        }
        return texts;
    }

    boolean flag(String name, boolean absent) {
        JsonNode node = body.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return absent;
        }
        if (!node.isBoolean()) {
            throw ApiException.badRequest("\"%s\" must be true or false".formatted(name));
        }
        return node.booleanValue();
    }

    int integer(String name, int absent, int min, int max) {
        JsonNode node = body.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return absent;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < min || node.intValue() > max) {
            throw ApiException.badRequest("\"%s\" must be a whole number from %d to %d".formatted(name, min, max));
        }
        return node.intValue();
    }

    double number(String name, double absent, double min, double max) {
        JsonNode node = body.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return absent;
        }
        // negated, so that what is not comparable is refused too
        if (!node.isNumber() || !(node.doubleValue() >= min && node.doubleValue() <= max)) {
            throw ApiException.badRequest("\"%s\" must be a number from %s to %s".formatted(name, min, max));
        }
        return node.doubleValue();
    }
}
