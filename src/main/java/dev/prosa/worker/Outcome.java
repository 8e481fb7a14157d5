package dev.prosa.worker;

/**
 * What became of items.
 *
 * @param embedded stored
 * @param failed   given back with an attempt counted
 * @param waiting  given back without one: the endpoint asked to wait, or did not answer
 */
public record Outcome(int embedded, int failed, int waiting) {

    /** Nothing. */
    public static final Outcome NONE = new Outcome(0, 0, 0);

    /** Both together. */
    public Outcome plus(Outcome other) {
        return new Outcome(embedded + other.embedded, failed + other.failed, waiting + other.waiting);
    }

    /** All items together. */
    public int items() {
        return embedded + failed + waiting;
    }
}
