package dev.prosa.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of Prosa; a test compares it with the extension's. */
public final class Version implements IVersionProvider {

    /** The version, as in the extension's control file. */
    public static final String NUMBER = "0.1.0";

    @Override
    public String[] getVersion() {
        return new String[] {"prosa " + NUMBER};
    }
}
