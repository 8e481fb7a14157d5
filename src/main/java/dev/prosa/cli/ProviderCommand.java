package dev.prosa.cli;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

import dev.prosa.cli.Operator.NewProvider;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prosa provider}. */
@Command(name = "provider", description = "Set the endpoints of tenants.", synopsisSubcommandLabel = "(set)",
        subcommands = ProviderCommand.SetOne.class)
final class ProviderCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        Main.requireSubcommand(spec);
    }

    @Command(name = "set", description = "Create an embedding or LLM endpoint of a tenant, or change the one of that name, and print its id. "
            + "What is not given stays as it is. Its API key is read from standard input or a file, and sealed before it is sent.")
    static final class SetOne implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private SecretInput input;

        @Mixin
        private HelpOption help;

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Whose endpoint.")
        private String tenant;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it is called.")
        private String name;

        @Option(names = "--protocol", paramLabel = "PROTOCOL", description = "openai or mock; of a new one: openai.")
        private String protocol;

        @Option(names = "--base-url", paramLabel = "URL", description = "Such as https://api.openai.com/v1.")
        private String baseUrl;

        @Option(names = "--chat-model", paramLabel = "MODEL", description = "Its model for answers.")
        private String chatModel;

        @Option(names = "--embedding-model", paramLabel = "MODEL", description = "Its model for embeddings.")
        private String embeddingModel;

        @Option(names = "--dimensions", paramLabel = "N", description = "Of its embeddings.")
        private Integer dimensions;

        @Option(names = "--default", description = "Make it the one that the tenant uses; the first is.")
        private boolean isDefault;

        @Option(names = "--secret-name", paramLabel = "NAME", description = "The tenant's secret that holds its API key; default of a new key: llm-NAME.")
        private String secretName;

        @Option(names = "--secret", description = "Read its API key from standard input.")
        private boolean isSecretGiven;

        @Override
        public Integer call() {
            Optional<String> secret = input.readIfGiven(isSecretGiven);
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                UUID id = operator.setProvider(tenant, new NewProvider(name, protocol, baseUrl, chatModel, embeddingModel, dimensions,
                        isDefault ? Boolean.TRUE : null, secretName), secret);
                spec.commandLine().getOut().println(id);
                return 0;
            }
        }
    }
}
