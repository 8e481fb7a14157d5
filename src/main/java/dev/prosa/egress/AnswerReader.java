package dev.prosa.egress;

import dev.prosa.egress.EgressException.Reason;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one HTTP/1.1 answer (RFC 9112) and refuses what is not one. Not thread-safe. */
final class AnswerReader {

    private static final int MAX_HEAD_BYTES = 64 * 1024;
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})(?: .*)?");
    private static final Pattern HEADER_LINE = Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)");

    private final InputStream in;
    private final long maxBodyBytes;
    private final String origin;
    private int headBytes;

    AnswerReader(InputStream in, long maxBodyBytes, String origin) {
        this.in = new BufferedInputStream(in, 16 * 1024);
        this.maxBodyBytes = maxBodyBytes;
        this.origin = origin;
    }

    /**
     * Reads the answer, past any interim ones.
     *
     * @throws IOException     when the connection ends or breaks before the answer is whole
     * @throws EgressException when what came is malformed or too large
     */
    Answer read() throws IOException {
        int status;
        Map<String, String> headers;
        do {
            status = status();
            headers = headers();
        } while (status < 200);
        byte[] body = status == 204 || status == 304 ? new byte[0] : body(headers);
        return new Answer(status, headers, body);
    }

    private int status() throws IOException {
        Matcher line = STATUS_LINE.matcher(line());
        if (!line.matches()) {
            throw malformed("something other than HTTP/1.1");
        }
        int status = Integer.parseInt(line.group(1));
        if (status == 101) {
            throw malformed("HTTP 101, a switch of protocol that nobody asked for");
        }
        return status;
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            Matcher header = HEADER_LINE.matcher(line);
            if (!header.matches()) {
                throw malformed("a header line that is not one");
            }
            String name = header.group(1).toLowerCase(Locale.ROOT);
            String value = header.group(2).strip();
            String first = headers.putIfAbsent(name, value);
            if (first != null && !first.equals(value) && name.equals("content-length")) {
                throw malformed("two lengths");
            }
        }
        return headers;
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        InputStream raw = framed(headers);
        String coding = headers.getOrDefault("content-encoding", "identity").toLowerCase(Locale.ROOT);
        return switch (coding) {
            case "identity", "" -> readAll(raw);
            case "gzip", "x-gzip" -> unpacked(raw);
            default -> throw malformed("a content coding that was not asked for");
        };
    }

    private byte[] unpacked(InputStream raw) throws IOException {
        try (GzipMember member = new GzipMember(raw)) {
            return readAll(member);
        }
    }

    /** The body's bytes as sent: chunked, of a stated length, or up to the end of the connection. */
    private InputStream framed(Map<String, String> headers) {
        String transfer = headers.get("transfer-encoding");
        if (transfer != null) {
            if (!transfer.equalsIgnoreCase("chunked")) {
                throw malformed("a transfer coding other than chunked");
            }
            return new Chunked();
        }
        String length = headers.get("content-length");
        if (length == null) {
            return new Stretch(Long.MAX_VALUE, true);
        }
        if (!length.matches("[0-9]{1,18}")) {
            throw malformed("a length that is no number");
        }
        if (Long.parseLong(length) > maxBodyBytes) {
            throw tooLarge();
        }
        return new Stretch(Long.parseLong(length), false);
    }

    private byte[] readAll(InputStream body) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[16 * 1024];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            if (all.size() + (long) n > maxBodyBytes) {
                throw tooLarge();
            }
            all.write(buffer, 0, n);
        }
        return all.toByteArray();
    }

    /** A line of the head or of the chunk framing, without its end. */
    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("it was closed before the answer was whole");
            }
            if (++headBytes > MAX_HEAD_BYTES) {
                throw malformed("more than " + MAX_HEAD_BYTES + " bytes of headers");
            }
            line.write(b);
        }
        String text = line.toString(StandardCharsets.ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    }

    private EgressException malformed(String what) {
        return new EgressException(Reason.MALFORMED, origin + " answered " + what);
    }

    private EgressException tooLarge() {
        return new EgressException(Reason.TOO_LARGE, origin + " answered more than the " + maxBodyBytes
                + " bytes that are allowed");
    }

    /** A stretch of the connection, of a known length or up to its end. */
    private class Stretch extends InputStream {
        private final boolean mayEnd;
        private long left;

        Stretch(long length, boolean mayEnd) {
            this.left = length;
            this.mayEnd = mayEnd;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = in.read(buffer, offset, (int) Math.min(length, left));
            if (n < 0 && !mayEnd) {
                throw new EOFException("it was closed before the answer was whole");
            }
            left -= Math.max(n, 0);
            return n;
        }
    }

    /** Chunks up to the empty one; trailers are read over. */
    private final class Chunked extends InputStream {
        private Stretch chunk = new Stretch(0, false);
        private boolean started;
        private boolean ended;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (ended) {
                return -1;
            }
            int n = chunk.read(buffer, offset, length);
            return n >= 0 ? n : next() ? chunk.read(buffer, offset, length) : -1;
        }

        private boolean next() throws IOException {
            if (started && !line().isEmpty()) {
                throw malformed("a chunk that is longer than it says");
            }
            started = true;
            // Framing is bounded a chunk, not an answer: a long answer may have very many chunks.
            headBytes = 0;
            String size = line().split(";", 2)[0].strip();
            if (!size.matches("[0-9A-Fa-f]{1,15}")) {
                throw malformed("a chunk without a size");
            }
            chunk = new Stretch(Long.parseLong(size, 16), false);
            ended = chunk.left == 0;
            while (ended && !line().isEmpty()) {
                // A trailer: of no use here.
                continue;
            }
            return !ended;
        }
    }
}
