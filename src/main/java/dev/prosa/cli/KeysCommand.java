package dev.prosa.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code prosa keys}. */
@Command(name = "keys", description = "Make the server's keys, on the server.", synopsisSubcommandLabel = "(init | add)",
        subcommands = {KeysCommand.Init.class, KeysCommand.Add.class})
final class KeysCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private HelpOption help;

    @Override
    public void run() {
        Main.requireSubcommand(spec);
    }

    @Command(name = "init", description = "Make a key directory: a master key and the pair that secrets are sealed with. What is there stays.")
    static final class Init implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private HelpOption help;

        @Parameters(paramLabel = "DIR", description = "Such as /etc/prosa/keys; of the user that the server runs as.")
        private Path directory;

        @Override
        public Integer call() {
            Path path = directory.toAbsolutePath().normalize();
            boolean isChanged = KeyDirectory.create(path).complete();
            spec.commandLine().getOut().printf("%s %s%n  Back it up apart from the database. Then, as superuser: select prosa.set_key_directory('%s');%n",
                    isChanged ? "keys made in" : "keys are in", path, path);
            return 0;
        }
    }

    @Command(name = "add", description = "Make one more master key, which rotate_master_key() then takes up.")
    static final class Add implements Callable<Integer> {

        @Spec
        private CommandSpec spec;

        @Mixin
        private HelpOption help;

        @Parameters(paramLabel = "DIR", description = "The key directory.")
        private Path directory;

        @Override
        public Integer call() {
            Path path = directory.toAbsolutePath().normalize();
            String name = KeyDirectory.open(path).addMasterKey();
            spec.commandLine().getOut().printf("%s%n  Back it up. Then, as superuser: select prosa.rotate_master_key();%n", path.resolve(name));
            return 0;
        }
    }
}
