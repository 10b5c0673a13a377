package dev.prepull.protocol;

import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;

/** The gRPC method of the link, as each side calls or serves it. */
public final class AgentLink {

  /** The metadata key whose value is {@code Bearer <token>}. */
  public static final String AUTHORIZATION = "authorization";

  /** Largest message in bytes; a node with thousands of images says so in one Hello. */
  public static final long MAX_MESSAGE_BYTES = 16L << 20;

  /** Length of the payload of an HTTP/2 ping, by RFC 9113. */
  public static final int PING_BYTES = 8;

  /** {@code Attach} as the agent calls it. */
  public static final ServiceMethod<FromController, FromAgent> CLIENT =
      ServiceMethod.client(
          ServiceName.create("prepull.link.v1", "AgentLink"),
          "Attach",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(FromController.getDefaultInstance()));

  /** {@code Attach} as the controller serves it. */
  public static final ServiceMethod<FromAgent, FromController> SERVER =
      ServiceMethod.server(
          ServiceName.create("prepull.link.v1", "AgentLink"),
          "Attach",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(FromAgent.getDefaultInstance()));

  private AgentLink() {}
}
