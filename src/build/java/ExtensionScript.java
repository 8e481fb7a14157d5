import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Assembles the extension scripts from {@code sql/}: {@code prosa--VERSION.sql} (roles, functions, the schema
 * migrations as data of {@code prosa._schema_files()}, grants on functions) and {@code prosa_java--VERSION.sql}.
 *
 * <p>A file that names {@code @extschema:NAME@} is wrapped so that PostgreSQL 15, which does not substitute it
 * itself, resolves it through {@code prosa._resolve_extschema()}.
 *
 * <p>Run by Maven: {@code java ExtensionScript.java PROJECT_DIR OUTPUT_DIR VERSION}.
 */
public final class ExtensionScript {

    private static final String REFUSE_PSQL = "\\echo Use \"CREATE EXTENSION %s\" to load this file. \\quit\n\n";

    private final Path sql;
    private final StringBuilder script = new StringBuilder();

    private ExtensionScript(Path sql) {
        this.sql = sql;
    }

    public static void main(String[] arguments) throws IOException {
        Path project = Path.of(arguments[0]);
        Path output = Path.of(arguments[1]);
        String version = arguments[2];
        Path sql = project.resolve("sql");
        Files.createDirectories(output);

        ExtensionScript prosa = new ExtensionScript(sql);
        prosa.script.append(REFUSE_PSQL.formatted("prosa"));
        prosa.append(sql.resolve("functions/install/_resolve_extschema.sql"));
        prosa.append(sql.resolve("policies/roles.sql"));
        for (Path function : prosa.files("functions")) {
            prosa.append(function);
        }
        prosa.appendSchemaFiles();
        prosa.append(sql.resolve("policies/function_grants.sql"));
        Files.writeString(output.resolve("prosa--" + version + ".sql"), prosa.script);

        ExtensionScript java = new ExtensionScript(sql);
        java.script.append(REFUSE_PSQL.formatted("prosa_java"));
        for (Path declaration : java.files("java")) {
            java.append(declaration);
        }
        Files.writeString(output.resolve("prosa_java--" + version + ".sql"), java.script);

        for (String name : List.of("prosa", "prosa_java")) {
            String control = Files.readString(project.resolve(name + ".control"));
            Files.writeString(output.resolve(name + ".control"),
                    control.replaceAll("default_version = '[^']*'", "default_version = '" + version + "'"));
        }
    }

    /**
     * Every SQL file under {@code sql/FOLDER}, ordered by path: the order is part of the build's reproducibility. Tenancy comes
     * first: the standard SQL bodies of other functions name its context when they are created.
     */
    private List<Path> files(String folder) throws IOException {
        try (Stream<Path> found = Files.walk(sql.resolve(folder))) {
            return found.filter(file -> file.toString().endsWith(".sql"))
                    .sorted(Comparator.comparing((Path file) -> !file.getParent().endsWith("tenancy")).thenComparing(Comparator.naturalOrder()))
                    .toList();
        }
    }

    private void append(Path file) throws IOException {
        String body = Files.readString(file);
        script.append("-- ").append(sql.relativize(file).toString().replace('\\', '/')).append('\n');
        boolean resolver = file.getFileName().toString().equals("_resolve_extschema.sql");
        if (body.contains("@extschema:") && !resolver) {
            script.append("do $extension$ begin execute prosa._resolve_extschema(")
                    .append(quoted(body)).append("); end $extension$;\n");
        } else {
            script.append(body);
        }
        script.append('\n');
    }

    /** Writes {@code prosa._schema_files()}: migrations in number order, then what install() runs every time. */
    private void appendSchemaFiles() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (Path file : files("schema")) {
            String[] name = file.getFileName().toString().replace(".sql", "").split("_", 2);
            rows.append(row(Integer.parseInt(name[0]), name[1], Files.readString(file)));
        }
        rows.append(row(null, "row_security", Files.readString(sql.resolve("policies/row_security.sql"))));
        rows.append(row(null, "grants", Files.readString(sql.resolve("policies/grants.sql"))));
        rows.append(row(null, "audit", Files.readString(sql.resolve("policies/audit.sql"))));
        rows.setLength(rows.length() - 2);
        script.append("""
                -- generated from sql/schema and sql/policies
                create or replace function prosa._schema_files()
                    returns table (version integer, area text, checksum text, body text)
                    language sql immutable parallel safe security invoker
                    set search_path = pg_catalog, prosa, pg_temp
                as $schema_files$
                values
                %s
                $schema_files$;
                comment on function prosa._schema_files() is
                'The files install() runs: numbered migrations once each, in order, and those without a number every time.';

                """.formatted(rows));
    }

    private static String row(Integer version, String area, String body) {
        return "    (%s, '%s', '%s', %s),\n".formatted(
                version == null ? "null::integer" : version, area, sha256(body), quoted(body));
    }

    private static String quoted(String body) {
        String tag = "$prosa_file$";
        if (body.contains(tag)) {
            throw new IllegalArgumentException("a file of sql/ contains " + tag);
        }
        return tag + body + tag;
    }

    private static String sha256(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java runtime has SHA-256", impossible);
        }
    }
}
