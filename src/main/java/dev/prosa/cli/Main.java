package dev.prosa.cli;

import java.util.TimeZone;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code prosa}. Exit codes: 0 done, 1 failed (standard error says why and what to do), 2 wrong usage. */
@Command(name = "prosa", description = "A multi-tenant backend for chat assistants inside PostgreSQL.",
        versionProvider = Version.class, synopsisSubcommandLabel = "COMMAND",
        subcommands = {ServeCommand.class, WorkerCommand.class, TenantCommand.class, InboxCommand.class, KeyCommand.class,
            ProviderCommand.class, SecretCommand.class, SealCommand.class, KeysCommand.class},
        footer = {"", "The database is named by PGHOST, PGPORT, PGDATABASE and PGUSER, the password by PGPASSWORD,",
            "PGPASSFILE or ~/.pgpass; or by --url. Exit codes: 0 done, 1 failed, 2 wrong usage."})
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version.")
    private boolean isVersionRequested;

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        // The driver gives the process's time zone to every session; months of messages begin in UTC.
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        System.exit(commandLine().execute(arguments));
    }

    /** The command line, for tests to run with their own output. */
    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setParameterExceptionHandler(Main::wrongUsage)
                .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command));
    }

    private static int wrongUsage(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("prosa: " + e.getMessage());
        command.getErr().println("  Try: %s --help".formatted(command.getCommandSpec().qualifiedName()));
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception e, CommandLine command) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        command.getErr().println("prosa: " + message);
        if (!(e instanceof CommandFailedException) && !(e instanceof IllegalArgumentException)) {
            command.getErr().println("  This was not foreseen (%s): please report it.".formatted(e.getClass().getName()));
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** Refuses a command group without a command. */
    static void requireSubcommand(CommandSpec spec) {
        throw new ParameterException(spec.commandLine(), "a command is missing after \"%s\"".formatted(spec.qualifiedName()));
    }

    @Override
    public void run() {
        requireSubcommand(spec);
    }
}
