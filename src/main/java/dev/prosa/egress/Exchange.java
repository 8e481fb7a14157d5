package dev.prosa.egress;

import dev.prosa.egress.EgressException.Reason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One request over one connection, closed afterwards: a kept one may be dead when it is used again, and then nobody
 * knows whether the endpoint saw the request. Each {@link #run()} is another attempt. The host is looked up once: the
 * addresses that were checked are those that are connected to.
 */
final class Exchange {

    private final URI uri;
    private final Target target;
    private final EgressPolicy policy;
    private final byte[] head;
    private final byte[] body;
    private final Deadline deadline;
    private final long maxAnswerBytes;
    private final Resolver.Lookup lookup;
    private final Optional<SSLSocketFactory> tls;
    /** Empty until resolved; then checked, and what every attempt connects to. */
    private InetAddress[] addresses = {};

    Exchange(Post post, Deadline deadline, long maxAnswerBytes, Resolver.Lookup lookup, Optional<SSLSocketFactory> tls) {
        this.uri = URI.create(post.uri().toASCIIString());
        this.target = Target.of(uri);
        this.policy = post.policy();
        this.body = post.json().getBytes(StandardCharsets.UTF_8);
        this.head = head(post.headers()).getBytes(StandardCharsets.US_ASCII);
        this.deadline = deadline;
        this.maxAnswerBytes = maxAnswerBytes;
        this.lookup = lookup;
        this.tls = tls;
    }

    /**
     * Sends the request once and reads the answer.
     *
     * @throws EgressException when no usable answer came
     */
    Answer run() {
        if (addresses.length == 0) {
            InetAddress[] resolved = Resolver.resolve(target, lookup, deadline);
            policy.check(target, resolved);
            addresses = resolved;
        }
        Answer answer;
        try (Socket socket = connect()) {
            answer = guarded(socket);
        } catch (IOException e) {
            throw failure("waiting for the answer", e);
        }
        if (answer.status() / 100 == 3) {
            throw redirect(answer);
        }
        return answer;
    }

    private Answer guarded(Socket socket) throws IOException {
        Watchdog watchdog = Watchdog.guard(socket, deadline);
        try {
            return converse(secured(socket));
        } finally {
            watchdog.release();
        }
    }

    /** Tries the addresses in turn; each gets its share of the time, so that one black hole does not take it all. */
    private Socket connect() {
        IOException last = new IOException("the time was over");
        for (int i = 0; i < addresses.length && !deadline.isOver(); i++) {
            // Without this argument a socket would go through the SOCKS proxy that a system property names.
            Socket socket = new Socket(Proxy.NO_PROXY);
            boolean connected = false;
            try {
                socket.setTcpNoDelay(true);
                int share = Math.max(1, deadline.remainingMillis() / (addresses.length - i));
                socket.connect(new InetSocketAddress(addresses[i], target.port()), share);
                connected = true;
                return socket;
            } catch (IOException e) {
                last = e;
            } finally {
                if (!connected) {
                    close(socket);
                }
            }
        }
        throw EgressException.unsent(Reason.CONNECT, "cannot connect to " + Egress.origin(uri) + ": " + text(last), last);
    }

    /** The socket itself for http; for https one that encrypts, after the host has proved its name. */
    private Socket secured(Socket socket) throws IOException {
        if (!target.isTls()) {
            return socket;
        }
        SSLSocketFactory factory = tls.orElseGet(() -> (SSLSocketFactory) SSLSocketFactory.getDefault());
        try {
            SSLSocket secured = (SSLSocket) factory.createSocket(socket, target.tlsName(), target.port(), true);
            SSLParameters parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return secured;
        } catch (SSLException e) {
            if (deadline.isOver()) {
                // The watchdog ended the handshake.
                throw e;
            }
            throw new EgressException(Reason.CONNECT, "no secure connection to " + Egress.origin(uri) + ": "
                    + text(e), e);
        }
    }

    private Answer converse(Socket socket) throws IOException {
        IOException unsent = null;
        try {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 16 * 1024);
            out.write(head);
            out.write(body);
            out.flush();
        } catch (IOException e) {
            // An endpoint may answer (too large, say) and close before it has read everything: look for the answer.
            unsent = e;
        }
        try {
            InputStream in = socket.getInputStream();
            return new AnswerReader(in, maxAnswerBytes, Egress.origin(uri)).read();
        } catch (ZipException e) {
            throw new EgressException(Reason.MALFORMED, Egress.origin(uri) + " answered gzip that does not unpack", e);
        } catch (IOException e) {
            if (unsent != null) {
                e.addSuppressed(unsent);
            }
            throw e;
        }
    }

    private String head(Map<String, String> headers) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        StringBuilder text = new StringBuilder()
                .append("POST ").append(path).append(uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery())
                .append(" HTTP/1.1\r\n")
                .append("Host: ").append(uri.getRawAuthority()).append("\r\n")
                .append("User-Agent: prosa\r\n")
                .append("Accept: application/json\r\n")
                .append("Accept-Encoding: gzip\r\n")
                .append("Content-Type: application/json\r\n")
                .append("Content-Length: ").append(body.length).append("\r\n")
                .append("Connection: close\r\n");
        headers.forEach((name, value) -> {
            if (!name.matches("[A-Za-z0-9-]+") || !value.matches("[\\x20-\\x7e]*")) {
                throw new EgressException(Reason.INVALID, "the header " + name.replaceAll("[^A-Za-z0-9-]", "?")
                        + " has characters that a header cannot have");
            }
            text.append(name).append(": ").append(value).append("\r\n");
        });
        return text.append("\r\n").toString();
    }

    private EgressException failure(String doing, IOException e) {
        return deadline.isOver()
                ? new EgressException(Reason.DEADLINE, "the time was over while " + doing + " (" + Egress.origin(uri)
                        + ")", e)
                : new EgressException(Reason.BROKEN, "the connection to " + Egress.origin(uri) + " broke: " + text(e), e);
    }

    private EgressException redirect(Answer answer) {
        // Only where it leads: the rest of the address may hold a token.
        String target = "";
        try {
            URI location = uri.resolve(answer.headers().getOrDefault("location", ""));
            target = location.getHost() == null ? "" : " to " + Egress.origin(location);
        } catch (IllegalArgumentException e) {
            target = " to something that is no address";
        }
        return new EgressException(Reason.REDIRECT, Egress.origin(uri) + " answered HTTP " + answer.status()
                + ", a redirect" + target + "; redirects are not followed: configure the final address");
    }

    private static String text(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It never was connected; what failed before is what is reported.
            return;
        }
    }
}
