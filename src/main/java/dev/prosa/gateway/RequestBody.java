package dev.prosa.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import io.javalin.http.Context;

/** Reads a body up to a limit; a longer one is refused, and what is beyond the limit is read past and not kept. */
final class RequestBody {

    /** Most bytes read past, so that a client which is still sending gets its answer and no broken connection. */
    private static final long MAX_DISCARDED = 64L * 1024 * 1024;

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
        try {
            InputStream stream = context.req().getInputStream();
            if (context.req().getContentLengthLong() > limit) {
                throw tooLarge(context, stream, limit);
            }
            byte[] body = stream.readNBytes(limit);
            if (body.length == limit && stream.read() >= 0) {
                throw tooLarge(context, stream, limit);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ApiException tooLarge(Context context, InputStream stream, int limit) throws IOException {
        byte[] discarded = new byte[64 * 1024];
        long left = MAX_DISCARDED;
        for (int count = 0; count >= 0 && left > 0; count = stream.read(discarded)) {
            left -= count;
        }
        if (left <= 0) {
            // what the client still sends must not be taken for its next request
            context.header("Connection", "close");
        }
        return ApiException.of(413, "too_large", "the body is larger than %d bytes".formatted(limit));
    }
}
