package dev.prosa.provider;

/** Vectors as the text that pgvector reads. */
public final class Vectors {

    private Vectors() {
    }

    /**
     * A vector in pgvector's text form, such as {@code [0.1,-0.25]}: digits that give the same floats back.
     */
    public static String toText(float[] vector) {
        StringBuilder text = new StringBuilder(2 + vector.length * 12).append('[');
        for (int i = 0; i < vector.length; i++) {
            if (i > 0) {
                text.append(',');
            }
            text.append(vector[i]);
        }
        return text.append(']').toString();
    }
}
