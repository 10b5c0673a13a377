package dev.prepull.protocol;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of a wire format would no longer be understood by programs that speak an earlier one.
 *
 * @see <a href="https://protobuf.dev/programming-guides/proto3/#updating">Updating a message
 *     type</a>
 */
final class WireChanges {

  private WireChanges() {}

  /** Each in a line; empty when both understand each other. */
  static List<String> breaking(FileDescriptorProto released, FileDescriptorProto now) {
    Stream<String> renamed =
        released.getPackage().equals(now.getPackage())
            ? Stream.empty()
            : Stream.of("package %s is gone".formatted(released.getPackage()));
    return Stream.of(
            renamed,
            messages(released.getMessageTypeList(), now.getMessageTypeList(), ""),
            enums(released.getEnumTypeList(), now.getEnumTypeList(), ""),
            services(released.getServiceList(), now.getServiceList()))
        .flatMap(lines -> lines)
        .toList();
  }

  private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
    return all.stream().collect(Collectors.toMap(name, one -> one));
  }

  private static Stream<String> messages(
      List<DescriptorProto> released, List<DescriptorProto> now, String prefix) {
    Map<String, DescriptorProto> known = byName(now, DescriptorProto::getName);
    return released.stream()
        .flatMap(message -> {
          String name = prefix + message.getName();
          DescriptorProto next = known.get(message.getName());
          return next == null
              ? Stream.of("message %s is gone".formatted(name))
              : message(message, next, name);
        });
  }

  private static Stream<String> message(
      DescriptorProto released, DescriptorProto now, String name) {
    Map<Integer, FieldDescriptorProto> fields =
        now.getFieldList().stream()
            .collect(Collectors.toMap(FieldDescriptorProto::getNumber, field -> field));
    Stream<String> changed =
        released.getFieldList().stream()
            .flatMap(field -> {
              FieldDescriptorProto next = fields.get(field.getNumber());
              String before = "%s.%s = %d".formatted(name, field.getName(), field.getNumber());
              if (next == null) {
                return isReserved(now, field)
                    ? Stream.empty()
                    : Stream.of(before + " is gone, and its number and name are not reserved");
              }
              return shape(released, field).equals(shape(now, next))
                  ? Stream.empty()
                  : Stream.of(
                      "%s was %s and is %s"
                          .formatted(before, shape(released, field), shape(now, next)));
            });
    return Stream.of(
            changed,
            messages(released.getNestedTypeList(), now.getNestedTypeList(), name + "."),
            enums(released.getEnumTypeList(), now.getEnumTypeList(), name + "."))
        .flatMap(lines -> lines);
  }

  private static boolean isReserved(DescriptorProto message, FieldDescriptorProto field) {
    return message.getReservedNameList().contains(field.getName())
        && message.getReservedRangeList().stream()
            .anyMatch((ReservedRange range) ->
                range.getStart() <= field.getNumber() && field.getNumber() < range.getEnd());
  }

  /** All of a field that both sides have to agree on. */
  private static String shape(DescriptorProto message, FieldDescriptorProto field) {
    return Stream.of(
            field.hasOneofIndex()
                ? "oneof " + message.getOneofDecl(field.getOneofIndex()).getName()
                : "",
            field.getLabel() == FieldDescriptorProto.Label.LABEL_REPEATED ? "repeated" : "",
            field.getTypeName().isEmpty() ? field.getType().name() : field.getTypeName(),
            field.getName())
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(" "));
  }

  private static Stream<String> enums(
      List<EnumDescriptorProto> released, List<EnumDescriptorProto> now, String prefix) {
    Map<String, EnumDescriptorProto> known = byName(now, EnumDescriptorProto::getName);
    return released.stream()
        .flatMap(values -> {
          String name = prefix + values.getName();
          EnumDescriptorProto next = known.getOrDefault(values.getName(), NONE);
          return values.getValueList().stream()
              .filter(value -> !next.getValueList().contains(value))
              .map(value ->
                  "%s.%s = %d is gone".formatted(name, value.getName(), value.getNumber()));
        });
  }

  private static final EnumDescriptorProto NONE = EnumDescriptorProto.getDefaultInstance();

  private static Stream<String> services(
      List<ServiceDescriptorProto> released, List<ServiceDescriptorProto> now) {
    Map<String, ServiceDescriptorProto> known = byName(now, ServiceDescriptorProto::getName);
    return released.stream()
        .flatMap(service -> {
          ServiceDescriptorProto next =
              known.getOrDefault(service.getName(), ServiceDescriptorProto.getDefaultInstance());
          return service.getMethodList().stream()
              .filter(method -> !next.getMethodList().contains(method))
              .map(method ->
                  "%s.%s is not as it was".formatted(service.getName(), method.getName()));
        });
  }
}
