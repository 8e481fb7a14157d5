package dev.prosa.egress;

import java.io.IOException;
import java.net.Socket;

/**
 * Closes a socket at the deadline, whatever its user is blocked in: a connect, a TLS handshake, a write or a read. A
 * read timeout could not: it starts anew with every byte of a server that dribbles.
 *
 * <p>Inside a PostgreSQL backend a second thread must not enter the server, and even loading a class of an installed jar
 * does that. So this thread uses classes of the JDK and those that its creator has loaded already.
 */
final class Watchdog extends Thread {

    private final Socket socket;
    private final Deadline deadline;
    /** Guarded by this. */
    private boolean released;

    private Watchdog(Socket socket, Deadline deadline) {
        super("prosa-deadline");
        setDaemon(true);
        this.socket = socket;
        this.deadline = deadline;
    }

    /** Guards a socket until the returned watchdog releases it. */
    static Watchdog guard(Socket socket, Deadline deadline) {
        Watchdog watchdog = new Watchdog(socket, deadline);
        watchdog.start();
        return watchdog;
    }

    @Override
    public void run() {
        try {
            if (expired()) {
                socket.close();
            }
        } catch (InterruptedException | IOException e) {
            // Nobody interrupts this thread, and a socket that fails to close is closed for its user all the same.
            return;
        }
    }

    private synchronized boolean expired() throws InterruptedException {
        while (!released && !deadline.isOver()) {
            wait(deadline.remainingMillis());
        }
        return !released;
    }

    /** Lets the socket go; when this returns the thread has ended. */
    void release() {
        synchronized (this) {
            released = true;
            notifyAll();
        }
        try {
            join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
