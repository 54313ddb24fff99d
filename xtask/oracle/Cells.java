package oracle;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.CharType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.types.RowKind;

/** Text of a case's input as Flink's values. Arrays are written `[a, b]`, maps `{k=v}`, rows `(a, b)`. */
final class Cells {
    /** `+I 7 | null | 00:00:05`. */
    static RowData row(String line, List<LogicalType> types) {
        String[] cells = line.substring(2).split("\\|", -1);
        if (cells.length != types.size()) {
            throw new IllegalArgumentException(
                    "input '" + line + "': " + cells.length + " cells for " + types.size() + " columns");
        }
        GenericRowData row = new GenericRowData(kind(line.substring(0, 2)), types.size());
        for (int i = 0; i < cells.length; i++) {
            row.setField(i, value(cells[i].strip(), types.get(i)));
        }
        return row;
    }

    private static RowKind kind(String symbol) {
        for (RowKind kind : RowKind.values()) {
            if (kind.shortString().equals(symbol)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no kind of change: " + symbol);
    }

    /** A time alone is that time of 2020-01-01. */
    static TimestampData timestamp(String cell) {
        String text = cell.replace('T', ' ').replaceFirst("Z$", "");
        if (!text.contains("-")) {
            text = "2020-01-01 " + text;
        } else if (!text.contains(":")) {
            text += " 00:00:00";
        }
        return TimestampData.fromLocalDateTime(LocalDateTime.parse(text.replaceFirst(" +", "T")));
    }

    private static Object value(String cell, LogicalType type) {
        if (cell.equals("null")) {
            return null;
        }
        return switch (type.getTypeRoot()) {
            case CHAR -> {
                int length = ((CharType) type).getLength();
                yield StringData.fromString(cut(String.format("%-" + length + "s", cell), length));
            }
            case VARCHAR -> StringData.fromString(cut(cell, ((VarCharType) type).getLength()));
            case BOOLEAN -> Boolean.parseBoolean(cell);
            case BINARY, VARBINARY -> cell.getBytes(StandardCharsets.UTF_8);
            case DECIMAL -> {
                DecimalType decimal = (DecimalType) type;
                yield DecimalData.fromBigDecimal(new BigDecimal(cell), decimal.getPrecision(), decimal.getScale());
            }
            case TINYINT -> Byte.parseByte(cell);
            case SMALLINT -> Short.parseShort(cell);
            case INTEGER -> Integer.parseInt(cell);
            case BIGINT -> Long.parseLong(cell);
            case FLOAT -> Float.parseFloat(cell);
            case DOUBLE -> Double.parseDouble(cell);
            case DATE -> (int) LocalDate.parse(cell).toEpochDay();
            case TIME_WITHOUT_TIME_ZONE -> (int) (LocalTime.parse(cell).toNanoOfDay() / 1_000_000);
            case TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> timestamp(cell);
            case ARRAY -> {
                LogicalType element = ((ArrayType) type).getElementType();
                yield new GenericArrayData(
                        parts(cell, '[', ']').stream().map(part -> value(part, element)).toArray());
            }
            case MAP -> {
                MapType map = (MapType) type;
                Map<Object, Object> entries = new LinkedHashMap<>();
                for (String part : parts(cell, '{', '}')) {
                    int equals = part.indexOf('=');
                    entries.put(
                            value(part.substring(0, equals), map.getKeyType()),
                            value(part.substring(equals + 1), map.getValueType()));
                }
                yield new GenericMapData(entries);
            }
            case ROW -> {
                List<String> parts = parts(cell, '(', ')');
                GenericRowData row = new GenericRowData(parts.size());
                for (int i = 0; i < parts.size(); i++) {
                    row.setField(i, value(parts.get(i), type.getChildren().get(i)));
                }
                yield row;
            }
            default -> throw new IllegalArgumentException("no input of type " + type);
        };
    }

    private static String cut(String text, int length) {
        return text.length() > length ? text.substring(0, length) : text;
    }

    /** What stands between the brackets, parted at the commas that stand in no inner brackets. */
    private static List<String> parts(String cell, char open, char close) {
        if (cell.isEmpty() || cell.charAt(0) != open || cell.charAt(cell.length() - 1) != close) {
            throw new IllegalArgumentException("'" + cell + "' does not stand in " + open + close);
        }
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int depth = 0;
        for (char c : cell.substring(1, cell.length() - 1).toCharArray()) {
            depth += "[({".indexOf(c) >= 0 ? 1 : "])}".indexOf(c) >= 0 ? -1 : 0;
            if (c == ',' && depth == 0) {
                parts.add(part.toString().strip());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        if (!part.toString().isBlank()) {
            parts.add(part.toString().strip());
        }
        return parts;
    }
}
