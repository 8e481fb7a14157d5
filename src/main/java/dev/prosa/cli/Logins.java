package dev.prosa.cli;

/** The logins that installation makes, one for each part. */
final class Logins {

    static final String GATEWAY = "prosa_gateway";
    static final String WORKER = "prosa_jobs";
    static final String OPERATOR = "prosa_operator";

    private Logins() {
    }
}
