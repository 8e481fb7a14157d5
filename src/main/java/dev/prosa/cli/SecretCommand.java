package dev.prosa.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import dev.prosa.cli.Operator.Secret;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prosa secret}. */
@Command(name = "secret", description = "Keep, list and delete the secrets of tenants.", synopsisSubcommandLabel = "(set | list | delete)",
        subcommands = {SecretCommand.SetOne.class, SecretCommand.ListAll.class, SecretCommand.Delete.class})
final class SecretCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        Main.requireSubcommand(spec);
    }

    @Command(name = "set", description = "Keep a secret, or replace it. It is read from standard input or a file and sealed before it is sent.")
    static final class SetOne implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private SecretInput input;

        @Mixin
        private HelpOption help;

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Whose it is.")
        private String tenant;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "What providers, inboxes, agents and services call it.")
        private String name;

        @Override
        public Integer call() {
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                spec.commandLine().getOut().println(operator.setSecret(tenant, name, input.read()).masked());
                return 0;
            }
        }
    }

    @Command(name = "list", description = "List the secrets of a tenant, masked.")
    static final class ListAll implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private HelpOption help;

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Whose secrets.")
        private String tenant;

        @Option(names = "--json", description = "Print JSON.")
        private boolean isJson;

        @Override
        public Integer call() {
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                List<Secret> secrets = operator.secrets(tenant);
                PrintWriter out = spec.commandLine().getOut();
                if (isJson) {
                    Output.json(out, secrets.stream().map(secret -> Output.object("name", secret.name(), "masked", secret.masked(),
                            "used_by", secret.usedBy(), "updated_at", secret.updatedAt())).toList());
                } else {
                    Output.table(out, List.of("NAME", "SECRET", "UPDATED", "USED BY"), secrets.stream().map(secret ->
                            List.of(secret.name(), secret.masked(), secret.updatedAt(), String.join(", ", secret.usedBy()))).toList());
                }
                return 0;
            }
        }
    }

    @Command(name = "delete", description = "Delete a secret that nothing uses.")
    static final class Delete implements Callable<Integer> {

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private HelpOption help;

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Whose it is.")
        private String tenant;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "Which one.")
        private String name;

        @Override
        public Integer call() {
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                operator.deleteSecret(tenant, name);
                return 0;
            }
        }
    }
}
