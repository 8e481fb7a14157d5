package dev.prosa.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;

import dev.prosa.cli.Operator.Inbox;
import dev.prosa.cli.Operator.NewInbox;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prosa inbox}. */
@Command(name = "inbox", description = "Create and list the inboxes of a tenant.", synopsisSubcommandLabel = "(create | list)",
        subcommands = {InboxCommand.Create.class, InboxCommand.ListAll.class})
final class InboxCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        Main.requireSubcommand(spec);
    }

    @Command(name = "create", description = "Create an inbox; print its id and, this once, its webhook token.")
    static final class Create implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private HelpOption help;

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Whose inbox it is.")
        private String tenant;

        @Option(names = "--name", required = true, paramLabel = "NAME",
                description = "Its name: for Evolution API, the instance's.")
        private String name;

        @Option(names = "--channel", paramLabel = "CHANNEL", defaultValue = "evolution",
                description = "evolution or api (${DEFAULT-VALUE}).")
        private String channel;

        @Option(names = "--default", description = "Make it the tenant's default inbox.")
        private boolean isDefault;

        @Option(names = "--config", paramLabel = "JSON", defaultValue = "{}", converter = JsonObjectConverter.class,
                description = "Configuration of the channel.")
        private String config;

        @Option(names = "--json", description = "Print JSON.")
        private boolean isJson;

        @Override
        public Integer call() {
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                NewInbox inbox = operator.createInbox(tenant, name, channel, isDefault, config);
                PrintWriter out = spec.commandLine().getOut();
                if (isJson) {
                    Output.json(out, Output.object("id", inbox.id(), "webhook_token", inbox.webhookToken()));
                } else {
                    out.println("inbox         " + inbox.id());
                    out.println("webhook token " + inbox.webhookToken());
                    out.println("The token is not shown again. Evolution API sends it as \"Authorization: Bearer TOKEN\".");
                }
                return 0;
            }
        }
    }

    @Command(name = "list", description = "List the inboxes of a tenant.")
    static final class ListAll implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private HelpOption help;

        @Option(names = "--tenant", required = true, paramLabel = "SLUG|ID", description = "Whose inboxes.")
        private String tenant;

        @Option(names = "--json", description = "Print JSON.")
        private boolean isJson;

        @Override
        public Integer call() {
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                List<Inbox> inboxes = operator.inboxes(tenant);
                PrintWriter out = spec.commandLine().getOut();
                if (isJson) {
                    Output.json(out, inboxes.stream().map(inbox -> Output.object("id", inbox.id(), "name", inbox.name(),
                            "channel", inbox.channel(), "is_default", inbox.isDefault())).toList());
                } else {
                    Output.table(out, List.of("ID", "NAME", "CHANNEL", "DEFAULT"),
                            inboxes.stream().map(inbox -> List.of(inbox.id().toString(), inbox.name(), inbox.channel(),
                                    inbox.isDefault() ? "yes" : "")).toList());
                }
                return 0;
            }
        }
    }
}
