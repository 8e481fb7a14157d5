package dev.prosa.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prosa seal}. */
@Command(name = "seal", description = "Encrypt a secret so that only the server can read it, for set_secret() and its like. "
        + "The secret comes from standard input, the sealed text goes to standard output.")
final class SealCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private SecretInput input;

    @Mixin
    private HelpOption help;

    @Option(names = "--key-file", paramLabel = "FILE", description = "The server's public key (seal.pub.asc); default: asked from the database.")
    private Path keyFile;

    @ArgGroup(exclusive = false)
    private Address address;

    /** For whom it is sealed. */
    private static final class Address {

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Seal it for this tenant only …")
        private String tenant;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "… and under this name only.")
        private String name;
    }

    @Override
    public Integer call() {
        String key = keyFile == null ? keyOfDatabase() : keyOfFile();
        String secret = input.read();
        spec.commandLine().getOut().print(Seal.seal(
                address == null ? secret : SecretInput.addressed(secret, address.tenant, address.name), key));
        spec.commandLine().getOut().flush();
        return 0;
    }

    private String keyOfDatabase() {
        try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
            return operator.publicKey();
        }
    }

    private String keyOfFile() {
        try {
            return Files.readString(keyFile);
        } catch (IOException e) {
            throw new CommandFailedException("%s cannot be read: %s".formatted(keyFile, e));
        }
    }
}
