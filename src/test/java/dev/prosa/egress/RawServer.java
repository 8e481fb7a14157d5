package dev.prosa.egress;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An endpoint that does with each connection whatever a test wants, HTTP or not. */
public final class RawServer implements AutoCloseable {

    /** What to do with a connection whose request has been read. */
    @FunctionalInterface
    public interface Conversation {
        /** Answers on the connection; it is closed afterwards. */
        void with(String request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final AtomicInteger connections = new AtomicInteger();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private RawServer(boolean reading, Conversation conversation) throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(() -> {
            while (!listener.isClosed()) {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                daemon(() -> serve(socket, reading, conversation));
            }
        });
    }

    /** A server that reads each request and then holds the conversation. */
    public static RawServer with(Conversation conversation) throws IOException {
        return new RawServer(true, conversation);
    }

    /** A server that answers every request with the same bytes. */
    public static RawServer saying(String bytes) throws IOException {
        return with((request, out) -> out.write(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** A server that holds the conversation without reading the request first. */
    public static RawServer deaf(Conversation conversation) throws IOException {
        return new RawServer(false, conversation);
    }

    /** Sends a byte every few milliseconds until the other end has gone, at most for half a minute. */
    public static void dribble(OutputStream out, char endless) throws IOException, InterruptedException {
        for (int i = 0; i < 3000; i++) {
            out.write(endless);
            out.flush();
            Thread.sleep(10);
        }
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1/x");
    }

    /** The requests so far: head and body. */
    public List<String> requests() {
        return requests;
    }

    /** How many connections were made so far. */
    public int connections() {
        return connections.get();
    }

    private void serve(Socket socket, boolean reading, Conversation conversation)
            throws IOException, InterruptedException {
        try (socket) {
            String request = reading ? read(socket.getInputStream()) : "";
            requests.add(request);
            conversation.with(request, socket.getOutputStream());
            socket.getOutputStream().flush();
        }
    }

    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        int length = -1;
        int bodyStart = 0;
        while (length < 0 || request.size() < bodyStart + length) {
            int b = in.read();
            if (b < 0) {
                break;
            }
            request.write(b);
            if (length < 0 && b == '\n') {
                String head = request.toString(StandardCharsets.ISO_8859_1);
                if (head.endsWith("\r\n\r\n")) {
                    bodyStart = request.size();
                    length = Integer.parseInt(head.replaceFirst("(?is).*\r\ncontent-length: ([0-9]+)\r\n.*", "$1"));
                }
            }
        }
        return request.toString(StandardCharsets.UTF_8);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception e) {
                // The client has gone or the test is over: both end the conversation.
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
