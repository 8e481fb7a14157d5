package dev.prosa.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;

import dev.prosa.cli.Operator.Tenant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code prosa tenant}. */
@Command(name = "tenant", description = "Create and list tenants.", synopsisSubcommandLabel = "(create | list)",
        subcommands = {TenantCommand.Create.class, TenantCommand.ListAll.class})
final class TenantCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        Main.requireSubcommand(spec);
    }

    @Command(name = "create", description = "Create a tenant and print its id.")
    static final class Create implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private HelpOption help;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "What the tenant is called.")
        private String name;

        @Option(names = "--plan", paramLabel = "PLAN", defaultValue = "starter",
                description = "starter, pro, scale or enterprise (${DEFAULT-VALUE}).")
        private String plan;

        @Option(names = "--slug", paramLabel = "SLUG", description = "Short unique name; default: made from the name.")
        private String slug;

        @Option(names = "--settings", paramLabel = "JSON", defaultValue = "{}", converter = JsonObjectConverter.class,
                description = "Settings, such as {\"language\": \"portuguese\"}.")
        private String settings;

        @Option(names = "--json", description = "Print JSON.")
        private boolean isJson;

        @Override
        public Integer call() {
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                UUID id = operator.createTenant(name, plan, Optional.ofNullable(slug), settings);
                PrintWriter out = spec.commandLine().getOut();
                if (isJson) {
                    Output.json(out, Output.object("id", id));
                } else {
                    out.println(id);
                }
                return 0;
            }
        }
    }

    @Command(name = "list", description = "List all tenants.")
    static final class ListAll implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private ConnectionOptions connection;

        @Mixin
        private HelpOption help;

        @Option(names = "--json", description = "Print JSON.")
        private boolean isJson;

        @Override
        public Integer call() {
            try (Operator operator = Operator.connect(connection.settings(Logins.OPERATOR))) {
                List<Tenant> tenants = operator.tenants();
                PrintWriter out = spec.commandLine().getOut();
                if (isJson) {
                    Output.json(out, tenants.stream().map(tenant -> Output.object("id", tenant.id(), "slug", tenant.slug(),
                            "name", tenant.name(), "plan", tenant.plan(), "status", tenant.status(),
                            "created_at", tenant.createdAt())).toList());
                } else {
                    Output.table(out, List.of("ID", "SLUG", "NAME", "PLAN", "STATUS", "CREATED"),
                            tenants.stream().map(tenant -> List.of(tenant.id().toString(), tenant.slug(), tenant.name(),
                                    tenant.plan(), tenant.status(), tenant.createdAt())).toList());
                }
                return 0;
            }
        }
    }
}
