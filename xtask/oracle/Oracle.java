package oracle;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.ResultKind;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;

/**
 * Runs scripts on Apache Flink and writes down what it answers.
 *
 * <p>In: a folder with one folder per script: `statements` (parted by the character U+001E; `SET k=v` is
 * configuration) and `input_TABLE` (lines of a case's input). Out, in the same folder: `output_TABLE` (a line per
 * change), `output_` (of queries), `printed` (by the connector print), `explained`, and `error` if Flink refused or
 * failed. Scripts do not see each other.
 */
public final class Oracle {
    private static final String SEPARATOR = "\u001e";

    public static void main(String[] arguments) throws IOException {
        List<Path> folders = new ArrayList<>();
        try (Stream<Path> entries = Files.list(Path.of(arguments[0]))) {
            entries.filter(Files::isDirectory).sorted().forEach(folders::add);
        }
        for (Path folder : folders) {
            try (PrintStream printed =
                    new PrintStream(folder.resolve("printed").toFile(), StandardCharsets.UTF_8)) {
                System.setOut(printed);
                run(folder);
            } catch (Throwable problem) {
                Files.writeString(folder.resolve("error"), causes(problem));
                if (System.getenv("ORACLE_TRACE") != null) {
                    StringWriter trace = new StringWriter();
                    problem.printStackTrace(new PrintWriter(trace));
                    Files.writeString(folder.resolve("trace"), trace.toString());
                }
            }
            Values.write(folder);
        }
        // Threads of embedded clusters would keep the process alive for a while.
        Runtime.getRuntime().halt(0);
    }

    private static void run(Path folder) throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("parallelism.default", "1");
        configuration.setString("table.local-time-zone", "UTC");
        configuration.setString("table.dml-sync", "true");
        configuration.setString("restart-strategy.type", "none");
        TableEnvironment environment =
                TableEnvironment.create(
                        EnvironmentSettings.newInstance().inStreamingMode().withConfiguration(configuration).build());
        Values.read(folder);
        for (String statement : Files.readString(folder.resolve("statements")).split(SEPARATOR)) {
            int equals = statement.indexOf('=');
            if (statement.startsWith("SET ")) {
                environment.getConfig().set(statement.substring(4, equals), statement.substring(equals + 1));
            } else if (!statement.isBlank()) {
                answer(folder, environment.executeSql(statement), statement);
            }
        }
    }

    private static void answer(Path folder, TableResult result, String statement) throws Exception {
        if (result.getResultKind() != ResultKind.SUCCESS_WITH_CONTENT) {
            return;
        }
        List<String> lines = new ArrayList<>();
        boolean isText = statement.stripLeading().regionMatches(true, 0, "EXPLAIN", 0, 7);
        if (result.getResolvedSchema().getColumnNames().stream().allMatch(Oracle::isJobColumn)) {
            return;
        }
        try (CloseableIterator<Row> rows = result.collect()) {
            for (Iterator<Row> each = rows; each.hasNext(); ) {
                Row row = each.next();
                lines.add(isText ? String.valueOf(row.getField(0)) : Values.line(row));
            }
        }
        Files.write(folder.resolve(isText ? "explained" : "output_"), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** INSERT answers with a column per sink, named after it, that holds -1. */
    private static boolean isJobColumn(String name) {
        return name.startsWith("default_catalog.default_database.");
    }

    /** The messages of a failure and of what caused it, without repetition. */
    private static String causes(Throwable problem) {
        StringBuilder text = new StringBuilder();
        String last = "";
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            String line = cause.getClass().getSimpleName() + ": " + cause.getMessage();
            if (!line.equals(last)) {
                text.append(line).append('\n');
            }
            last = line;
        }
        return text.toString();
    }
}
