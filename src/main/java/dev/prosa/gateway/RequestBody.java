package dev.prosa.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import io.javalin.http.Context;

/** Reads a body up to a limit; a longer one is refused without being read to its end. */
final class RequestBody {

    private RequestBody() {
    }

    /**
     * The whole body.
     *
     * @param context the request
     * @param limit   most bytes taken
     * @throws ApiException 413 when it is longer
     */
    static byte[] read(Context context, int limit) {
        if (context.req().getContentLengthLong() > limit) {
            throw tooLarge(context, limit);
        }
        try {
            InputStream stream = context.req().getInputStream();
            byte[] body = stream.readNBytes(limit);
            if (body.length == limit && stream.read() >= 0) {
                throw tooLarge(context, limit);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ApiException tooLarge(Context context, int limit) {
        // what the client still sends must not be taken for its next request
        context.header("Connection", "close");
        return ApiException.of(413, "too_large", "the body is larger than %d bytes".formatted(limit));
    }
}
