package oracle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkGeneratorSupplier;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.legacy.table.connector.source.SourceFunctionProvider;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.streaming.api.functions.sink.legacy.SinkFunction;
import org.apache.flink.streaming.api.functions.source.legacy.SourceFunction;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.abilities.SupportsWritingMetadata;
import org.apache.flink.table.connector.sink.legacy.SinkFunctionProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsSourceWatermark;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.apache.flink.util.clock.RelativeClock;
import org.apache.flink.util.clock.SystemClock;

/** The connector `values` of the corpus: sources deliver the lines of a case's input, sinks keep what they are given. */
public final class Values implements DynamicTableSourceFactory, DynamicTableSinkFactory {
    /** Lines of input, by table. */
    private static final Map<String, List<String>> INPUTS = new ConcurrentHashMap<>();

    /** Lines of output, by table. */
    private static final Map<String, List<String>> OUTPUTS = new ConcurrentHashMap<>();

    static void read(Path folder) throws IOException {
        INPUTS.clear();
        OUTPUTS.clear();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.collect(Collectors.toList())) {
                String name = file.getFileName().toString();
                if (name.startsWith("input_")) {
                    INPUTS.put(name.substring("input_".length()), Files.readAllLines(file));
                }
            }
        }
    }

    static void write(Path folder) throws IOException {
        for (Map.Entry<String, List<String>> output : new TreeMap<>(OUTPUTS).entrySet()) {
            Files.write(folder.resolve("output_" + output.getKey()), output.getValue());
        }
    }

    /** `+U 7 | 2020-01-01T00:00`. */
    static String line(Row row) {
        String cells =
                IntStream.range(0, row.getArity())
                        .mapToObj(i -> cell(row.getField(i)))
                        .collect(Collectors.joining(" | "));
        return row.getKind().shortString() + " " + cells;
    }

    /** As a row of one field shows it, since only rows show arrays and nested values by their parts. */
    private static String cell(Object value) {
        String text = Row.of(value).toString();
        return text.substring("+I[".length(), text.length() - 1);
    }

    @Override
    public String factoryIdentifier() {
        return "values";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of();
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        return new Source(
                context.getObjectIdentifier().getObjectName(),
                context.getCatalogTable().getResolvedSchema(),
                mode(context.getCatalogTable().getOptions().get("changelog-mode"), ChangelogMode.insertOnly()));
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        Map<String, String> options = context.getCatalogTable().getOptions();
        boolean insertsOnly = "true".equals(options.get("sink-insert-only"));
        ChangelogMode enforced =
                mode(options.get("sink-changelog-mode-enforced"), insertsOnly ? ChangelogMode.insertOnly() : null);
        return new Sink(
                context.getObjectIdentifier().getObjectName(), context.getCatalogTable().getResolvedSchema(), enforced);
    }

    private static ChangelogMode mode(String listed, ChangelogMode otherwise) {
        if (listed == null) {
            return otherwise;
        }
        ChangelogMode.Builder builder = ChangelogMode.newBuilder();
        for (String kind : listed.split(",")) {
            switch (kind.trim()) {
                case "I" -> builder.addContainedKind(RowKind.INSERT);
                case "UB" -> builder.addContainedKind(RowKind.UPDATE_BEFORE);
                case "UA" -> builder.addContainedKind(RowKind.UPDATE_AFTER);
                case "D" -> builder.addContainedKind(RowKind.DELETE);
                default -> throw new IllegalArgumentException("no kind of change: " + kind);
            }
        }
        return builder.build();
    }

    /** Types of the table's metadata columns, by key. */
    private static Map<String, DataType> metadata(ResolvedSchema schema, boolean isWritten) {
        Map<String, DataType> types = new LinkedHashMap<>();
        for (Column column : schema.getColumns()) {
            if (column instanceof Column.MetadataColumn metadata && !(isWritten && metadata.isVirtual())) {
                types.put(metadata.getMetadataKey().orElse(column.getName()), column.getDataType());
            }
        }
        return types;
    }

    private static final class Source
            implements ScanTableSource,
                    SupportsWatermarkPushDown,
                    SupportsSourceWatermark,
                    SupportsReadingMetadata {
        private final String table;
        private final ResolvedSchema schema;
        private final ChangelogMode mode;
        private WatermarkStrategy<RowData> watermarks;
        private List<String> metadataKeys = List.of();

        Source(String table, ResolvedSchema schema, ChangelogMode mode) {
            this.table = table;
            this.schema = schema;
            this.mode = mode;
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return mode;
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            List<LogicalType> types = new ArrayList<>();
            schema.getColumns().stream()
                    .filter(Column::isPhysical)
                    .forEach(column -> types.add(column.getDataType().getLogicalType()));
            Map<String, DataType> metadata = metadata(schema, false);
            metadataKeys.forEach(key -> types.add(metadata.get(key).getLogicalType()));
            // Bounded sources keep their watermarks to themselves until they end.
            return SourceFunctionProvider.of(new Reader(table, types, watermarks), false);
        }

        @Override
        public void applyWatermark(WatermarkStrategy<RowData> strategy) {
            watermarks = strategy;
        }

        @Override
        public void applySourceWatermark() {}

        @Override
        public Map<String, DataType> listReadableMetadata() {
            return metadata(schema, false);
        }

        @Override
        public void applyReadableMetadata(List<String> keys, DataType producedType) {
            metadataKeys = keys;
        }

        @Override
        public DynamicTableSource copy() {
            Source copy = new Source(table, schema, mode);
            copy.watermarks = watermarks;
            copy.metadataKeys = metadataKeys;
            return copy;
        }

        @Override
        public String asSummaryString() {
            return "values";
        }
    }

    /** Emits rows, and after each row the watermark that the table's declaration gives. */
    private static final class Reader implements SourceFunction<RowData> {
        private static final long serialVersionUID = 1L;
        private final String table;
        private final List<LogicalType> types;
        private final WatermarkStrategy<RowData> watermarks;
        private volatile boolean isCancelled;

        Reader(String table, List<LogicalType> types, WatermarkStrategy<RowData> watermarks) {
            this.table = table;
            this.types = new ArrayList<>(types);
            this.watermarks = watermarks;
        }

        @Override
        public void run(SourceContext<RowData> context) throws Exception {
            WatermarkOutput output = new Output(context);
            WatermarkGenerator<RowData> generator =
                    watermarks == null ? null : watermarks.createWatermarkGenerator(new GeneratorContext());
            for (String line : INPUTS.getOrDefault(table, List.of())) {
                if (isCancelled) {
                    return;
                }
                String text = (line + " ").replaceFirst(" -- .*", " ").strip();
                synchronized (context.getCheckpointLock()) {
                    emit(text, context, output, generator);
                }
            }
        }

        private void emit(
                String text,
                SourceContext<RowData> context,
                WatermarkOutput output,
                WatermarkGenerator<RowData> generator)
                throws Exception {
            if (text.isEmpty() || text.equals("checkpoint")) {
                return;
            }
            if (text.startsWith("watermark ")) {
                output.emitWatermark(new Watermark(Cells.timestamp(text.substring(10).strip()).getMillisecond()));
                return;
            }
            RowData row = Cells.row(text, types);
            context.collect(row);
            if (generator != null) {
                generator.onEvent(row, Long.MIN_VALUE, output);
                generator.onPeriodicEmit(output);
            }
        }

        @Override
        public void cancel() {
            isCancelled = true;
        }
    }

    private static final class GeneratorContext implements WatermarkGeneratorSupplier.Context {
        @Override
        public MetricGroup getMetricGroup() {
            return null;
        }

        @Override
        public RelativeClock getInputActivityClock() {
            return SystemClock.getInstance();
        }
    }

    private static final class Output implements WatermarkOutput {
        private final SourceFunction.SourceContext<RowData> context;
        private long last = Long.MIN_VALUE;

        Output(SourceFunction.SourceContext<RowData> context) {
            this.context = context;
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            if (watermark.getTimestamp() > last) {
                last = watermark.getTimestamp();
                context.emitWatermark(new org.apache.flink.streaming.api.watermark.Watermark(last));
            }
        }

        @Override
        public void markIdle() {}

        @Override
        public void markActive() {}
    }

    private static final class Sink implements DynamicTableSink, SupportsWritingMetadata {
        private final String table;
        private final ResolvedSchema schema;
        private final ChangelogMode enforced;
        private DataType consumed;

        Sink(String table, ResolvedSchema schema, ChangelogMode enforced) {
            this.table = table;
            this.schema = schema;
            this.enforced = enforced;
            this.consumed = schema.toSinkRowDataType();
        }

        @Override
        public ChangelogMode getChangelogMode(ChangelogMode requested) {
            if (enforced != null) {
                return enforced;
            }
            if (schema.getPrimaryKey().isEmpty()) {
                return requested;
            }
            ChangelogMode.Builder upsert = ChangelogMode.newBuilder();
            requested.getContainedKinds().stream()
                    .filter(kind -> kind != RowKind.UPDATE_BEFORE)
                    .forEach(upsert::addContainedKind);
            return upsert.build();
        }

        @Override
        public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
            OUTPUTS.putIfAbsent(table, new ArrayList<>());
            return SinkFunctionProvider.of(new Writer(table, context.createDataStructureConverter(consumed)));
        }

        @Override
        public Map<String, DataType> listWritableMetadata() {
            return metadata(schema, true);
        }

        @Override
        public void applyWritableMetadata(List<String> keys, DataType consumedType) {
            consumed = consumedType;
        }

        @Override
        public DynamicTableSink copy() {
            Sink copy = new Sink(table, schema, enforced);
            copy.consumed = consumed;
            return copy;
        }

        @Override
        public String asSummaryString() {
            return "values";
        }
    }

    private static final class Writer implements SinkFunction<RowData> {
        private static final long serialVersionUID = 1L;
        private final String table;
        private final DynamicTableSink.DataStructureConverter converter;

        Writer(String table, DynamicTableSink.DataStructureConverter converter) {
            this.table = table;
            this.converter = converter;
        }

        @Override
        public void invoke(RowData row, Context context) {
            List<String> lines = OUTPUTS.get(table);
            synchronized (lines) {
                lines.add(line((Row) converter.toExternal(row)));
            }
        }
    }
}
