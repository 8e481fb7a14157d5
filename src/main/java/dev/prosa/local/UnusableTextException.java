package dev.prosa.local;

/** A text that no sentence vector can be made of; the fault lies in the text, so a retry cannot help. */
public final class UnusableTextException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final int index;

    UnusableTextException(int index, String message) {
        super("input %d %s".formatted(index, message));
        this.index = index;
    }

    /** Position of the text in the request, from 0. */
    public int index() {
        return index;
    }
}
