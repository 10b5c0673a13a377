package dev.prepull.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.DescriptorProto.ReservedRange;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import dev.prepull.protocol.v1.AgentLinkOuterClass;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Agent and controller may be a version apart: what {@code agent_link_released.proto} has is still
 * there and means the same.
 */
class WireCompatibilityTest {

  private static final FileDescriptorProto NOW = AgentLinkOuterClass.getDescriptor().toProto();
  private static final FileDescriptorProto RELEASED = released();

  private static FileDescriptorProto released() {
    try (InputStream file =
        Objects.requireNonNull(WireCompatibilityTest.class.getResourceAsStream("/released.desc"))) {
      return FileDescriptorSet.parseFrom(file).getFileList().stream()
          .filter(descriptor -> descriptor.getName().endsWith("agent_link_released.proto"))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new IllegalStateException("the released wire format cannot be read", e);
    }
  }

  @Test
  void thePreviousReleaseUnderstandsThisOne() {
    assertThat(RELEASED.getMessageTypeList()).isNotEmpty();
    assertThat(WireChanges.breaking(RELEASED, NOW)).isEmpty();
  }

  // --- the comparison itself ---

  private static FileDescriptorProto changed(
      String message, Consumer<DescriptorProto.Builder> change) {
    FileDescriptorProto.Builder file = RELEASED.toBuilder();
    for (DescriptorProto.Builder one : file.getMessageTypeBuilderList()) {
      if (one.getName().equals(message)) {
        change.accept(one);
      }
    }
    return file.build();
  }

  @Test
  void findsAMessageThatIsGone() {
    FileDescriptorProto next = RELEASED.toBuilder().removeMessageType(indexOf("PlanNack")).build();

    assertThat(WireChanges.breaking(RELEASED, next)).contains("message PlanNack is gone");
  }

  private static int indexOf(String message) {
    return RELEASED.getMessageTypeList().stream()
        .map(DescriptorProto::getName)
        .toList()
        .indexOf(message);
  }

  @Test
  void findsANumberThatIsUsedAgain() {
    FileDescriptorProto next = changed("PlanAck", ack -> ack.getFieldBuilder(0).setName("hash"));

    assertThat(WireChanges.breaking(RELEASED, next))
        .containsExactly("PlanAck.revision = 1 was TYPE_STRING revision and is TYPE_STRING hash");
  }

  @Test
  void findsAFieldOfAnotherType() {
    FileDescriptorProto next =
        changed(
            "PlanAck", ack -> ack.getFieldBuilder(0).setType(FieldDescriptorProto.Type.TYPE_BYTES));

    assertThat(WireChanges.breaking(RELEASED, next))
        .containsExactly(
            "PlanAck.revision = 1 was TYPE_STRING revision and is TYPE_BYTES revision");
  }

  @Test
  void findsAFieldThatHasLeftItsOneof() {
    FileDescriptorProto next =
        changed("FromAgent", message -> message.getFieldBuilder(0).clearOneofIndex());

    assertThat(WireChanges.breaking(RELEASED, next))
        .containsExactly(
            "FromAgent.hello = 1 was oneof message .prepull.link.v1.Hello hello and is .prepull.link.v1.Hello hello");
  }

  @Test
  void findsAFieldThatIsGoneUnlessItIsReserved() {
    FileDescriptorProto gone = changed("PlanAck", ack -> ack.removeField(0));
    FileDescriptorProto reserved =
        changed(
            "PlanAck",
            ack ->
                ack.removeField(0)
                    .addReservedName("revision")
                    .addReservedRange(ReservedRange.newBuilder().setStart(1).setEnd(2)));

    assertThat(WireChanges.breaking(RELEASED, gone))
        .containsExactly("PlanAck.revision = 1 is gone, and its number and name are not reserved");
    assertThat(WireChanges.breaking(RELEASED, reserved)).isEmpty();
  }

  @Test
  void findsAStateThatIsGone() {
    FileDescriptorProto next =
        changed(
            "ImageReport",
            report -> {
              EnumDescriptorProto.Builder states = report.getEnumTypeBuilder(0);
              states.removeValue(states.getValueCount() - 1);
            });

    assertThat(WireChanges.breaking(RELEASED, next))
        .containsExactly("ImageReport.State.BLOCKED = 7 is gone");
  }

  @Test
  void findsACallThatIsAnother() {
    FileDescriptorProto.Builder next = RELEASED.toBuilder();
    next.getServiceBuilder(0).getMethodBuilder(0).setName("Join");

    assertThat(WireChanges.breaking(RELEASED, next.build()))
        .containsExactly("AgentLink.Attach is not as it was");
  }

  @Test
  void letsAFieldBeAdded() {
    FileDescriptorProto next =
        changed(
            "PlanAck",
            ack ->
                ack.addField(
                    FieldDescriptorProto.newBuilder()
                        .setName("more")
                        .setNumber(2)
                        .setType(FieldDescriptorProto.Type.TYPE_STRING)));

    assertThat(WireChanges.breaking(RELEASED, next)).isEmpty();
  }
}
