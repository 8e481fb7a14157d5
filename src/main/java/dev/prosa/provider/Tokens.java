package dev.prosa.provider;

import com.grack.nanojson.JsonObject;
import java.util.List;

/** Token counts, as reported or, where nothing is reported, estimated. */
final class Tokens {

    private static final int CHARACTERS_PER_TOKEN = 4;

    private Tokens() {
    }

    /** The count at a key of a usage object, or -1 when it is not reported. */
    static long reported(Object usage, String key) {
        return usage instanceof JsonObject json && json.get(key) instanceof Number count && count.longValue() >= 0
                ? count.longValue()
                : -1;
    }

    /** One token for every four characters, rounded up for each text: the usual rule of thumb. */
    static long estimate(List<String> texts) {
        return texts.stream()
                .mapToLong(text -> (text.length() + CHARACTERS_PER_TOKEN - 1) / CHARACTERS_PER_TOKEN)
                .sum();
    }
}
