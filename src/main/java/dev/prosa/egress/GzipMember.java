package dev.prosa.egress;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;

/**
 * Unpacks the first member of a gzip stream (RFC 1952), which is all that an answer has. {@code GZIPInputStream} reads on,
 * and newer JDKs call it again for each further member, so that empty ones without end would end the stack.
 */
final class GzipMember extends InflaterInputStream {

    private static final int HAS_CHECKSUM = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;

    private final CRC32 checksum = new CRC32();
    private boolean ended;

    /**
     * Reads the header.
     *
     * @throws ZipException when it is none
     */
    GzipMember(InputStream packed) throws IOException {
        super(packed, new Inflater(true), 16 * 1024);
        if (number(2) != 0x8b1f || next() != 8) {
            throw new ZipException("it does not begin as gzip does");
        }
        int flags = next();
        skip(6, false);
        if ((flags & HAS_EXTRA) != 0) {
            skip((int) number(2), false);
        }
        if ((flags & HAS_NAME) != 0) {
            skip(Integer.MAX_VALUE, true);
        }
        if ((flags & HAS_COMMENT) != 0) {
            skip(Integer.MAX_VALUE, true);
        }
        if ((flags & HAS_CHECKSUM) != 0) {
            skip(2, false);
        }
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        if (n > 0) {
            checksum.update(buffer, offset, n);
        } else if (n < 0 && !ended) {
            ended = true;
            if (number(4) != checksum.getValue() || number(4) != (inf.getBytesWritten() & 0xffff_ffffL)) {
                throw new ZipException("its checksum or its length is wrong");
            }
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        inf.end();
        super.close();
    }

    /** An unsigned number, its lowest byte first. */
    private long number(int bytes) throws IOException {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number |= (long) next() << 8 * i;
        }
        return number;
    }

    private void skip(int bytes, boolean untilZero) throws IOException {
        for (int i = 0; i < bytes; i++) {
            if (next() == 0 && untilZero) {
                return;
            }
        }
    }

    /** A byte of the frame around the packed data: one that was read ahead, else the stream's. */
    private int next() throws IOException {
        int ahead = inf.getRemaining();
        if (ahead > 0) {
            int b = buf[len - ahead] & 0xff;
            inf.setInput(buf, len - ahead + 1, ahead - 1);
            return b;
        }
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the packed data ends too early");
        }
        return b;
    }
}
