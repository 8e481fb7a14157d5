package dev.prosa.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import io.javalin.http.Context;

/** Finds the key of a request. What it finds is handed to the database and never logged. */
final class Credentials {

    /** What Prosa's own keys look like; what does not is refused before its body is read. */
    private static final Pattern KEY = Pattern.compile("prosa_[0-9a-f]{32}_[0-9a-f]{64}");

    private static final Pattern BEARER = Pattern.compile("(?i)bearer\\s+(\\S+)\\s*");

    private Credentials() {
    }

    /**
     * The key of an application: {@code Authorization: Bearer KEY} or {@code x-api-key: KEY}.
     *
     * @throws ApiException 401 when there is none
     */
    static String ofApplication(Context context) {
        List<String> candidates = new ArrayList<>();
        bearer(context.header("Authorization")).ifPresent(candidates::add);
        add(candidates, context.header("x-api-key"));
        return choose(candidates);
    }

    /**
     * The token of a webhook: {@code Authorization: Bearer TOKEN}, {@code apikey: TOKEN}, {@code x-api-key: TOKEN} or
     * {@code ?token=TOKEN}. Evolution may put a token of its own into {@code Authorization}, so only what looks
     * like a key of Prosa counts.
     *
     * @throws ApiException 401 when there is none
     */
    static String ofWebhook(Context context) {
        List<String> candidates = new ArrayList<>();
        bearer(context.header("Authorization")).ifPresent(candidates::add);
        add(candidates, context.header("apikey"));
        add(candidates, context.header("x-api-key"));
        add(candidates, context.queryParam("token"));
        return choose(candidates);
    }

    /** The token of an {@code Authorization} header. */
    static Optional<String> bearer(String header) {
        if (header == null) {
            return Optional.empty();
        }
        var matcher = BEARER.matcher(header);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static void add(List<String> candidates, String value) {
        if (value != null && !value.isBlank()) {
            candidates.add(value.strip());
        }
    }

    private static String choose(List<String> candidates) {
        return candidates.stream().filter(candidate -> KEY.matcher(candidate).matches()).findFirst()
                .orElseThrow(ApiException::unauthorized);
    }
}
