package dev.prosa.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code prosa key}. */
@Command(name = "key", description = "Create keys.", synopsisSubcommandLabel = "(create)",
        subcommands = KeyCommand.Create.class)
final class KeyCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        Main.requireSubcommand(spec);
    }

    @Command(name = "create", description = "Create a key and print it, this once.")
    static final class Create implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private HelpOption help;

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Whose data it opens.")
        private String tenant;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "What it is for.")
        private String name;

        @Option(names = "--scope", paramLabel = "SCOPE", defaultValue = "api",
                description = "api (for /api/…) or webhook (${DEFAULT-VALUE}).")
        private String scope;

        @Option(names = "--inbox", paramLabel = "NAME", description = "The inbox it is for; required for the scope webhook.")
        private String inbox;

        @Option(names = "--json", description = "Print JSON.")
        private boolean isJson;

        @Override
        public Integer call() {
            check();
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                String key = operator.createKey(tenant, name, scope, Optional.ofNullable(inbox));
                PrintWriter out = spec.commandLine().getOut();
                if (isJson) {
                    Output.json(out, Output.object("key", key));
                } else {
                    out.println(key);
                }
                return 0;
            }
        }

        private void check() {
            if (!scope.equals("api") && !scope.equals("webhook")) {
                throw new ParameterException(spec.commandLine(), "--scope is api or webhook, not \"%s\"".formatted(scope));
            }
            if (scope.equals("webhook") && inbox == null) {
                throw new ParameterException(spec.commandLine(), "--scope webhook needs --inbox NAME");
            }
        }
    }
}
