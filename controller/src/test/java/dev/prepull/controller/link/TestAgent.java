package dev.prepull.controller.link;

import dev.prepull.model.ImageDigest;
import dev.prepull.model.ImageReference;
import dev.prepull.model.NodeHello;
import dev.prepull.model.NodePlan;
import dev.prepull.model.PullPermit;
import dev.prepull.protocol.AgentLink;
import dev.prepull.protocol.AgentLinkMapper;
import dev.prepull.protocol.v1.FromAgent;
import dev.prepull.protocol.v1.FromController;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcHeaderNames;
import io.vertx.grpc.common.GrpcStatus;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A node's side of the link, which says exactly what the test says. */
final class TestAgent {

  /** Held, because Vert.x closes the connections of a client that nobody holds. */
  private final GrpcClient client;

  private final GrpcClientRequest<FromAgent, FromController> request;
  private final BlockingQueue<FromController> received = new LinkedBlockingQueue<>();
  private final CompletableFuture<GrpcClientResponse<FromAgent, FromController>> response =
      new CompletableFuture<>();
  private final CompletableFuture<String> end = new CompletableFuture<>();

  private TestAgent(GrpcClient client, GrpcClientRequest<FromAgent, FromController> request) {
    this.client = client;
    this.request = request;
  }

  /** Opens a stream; an empty authorization is not sent. */
  static TestAgent connect(Vertx vertx, int port, Path trusted, String authorization) {
    HttpClientOptions http =
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setSsl(true)
            .setUseAlpn(true)
            .setTrustOptions(new PemTrustOptions().addCertPath(trusted.toString()));
    GrpcClient client =
        GrpcClient.client(
            vertx, new GrpcClientOptions().setMaxMessageSize(AgentLink.MAX_MESSAGE_BYTES), http);
    GrpcClientRequest<FromAgent, FromController> request =
        client
            .request(SocketAddress.inetSocketAddress(port, "localhost"), AgentLink.CLIENT)
            .await();
    if (!authorization.isEmpty()) {
      request.headers().set(AgentLink.AUTHORIZATION, authorization);
    }
    TestAgent agent = new TestAgent(client, request);
    agent.listen();
    return agent;
  }

  private void listen() {
    request.exceptionHandler(end::completeExceptionally);
    request
        .response()
        .onFailure(end::completeExceptionally)
        .onSuccess(answer -> {
          answer.handler(received::add);
          answer.end().onComplete(over -> end.complete(status(answer)));
          response.complete(answer);
        });
  }

  /**
   * Status and message. The client's own {@code statusMessage()} looks for it in the headers alone,
   * where it stands only when there are no trailers.
   */
  private static String status(GrpcClientResponse<FromAgent, FromController> answer) {
    String inTrailers = answer.trailers().get(GrpcHeaderNames.GRPC_MESSAGE);
    String message =
        inTrailers == null
            ? answer.statusMessage()
            : URLDecoder.decode(inTrailers, StandardCharsets.UTF_8);
    GrpcStatus status = answer.status();
    return status == null ? "no status" : status.name() + (message == null ? "" : ": " + message);
  }

  void say(FromAgent message) {
    request.write(message).onFailure(end::completeExceptionally);
  }

  void hello(NodeHello hello) {
    say(AgentLinkMapper.hello(hello));
  }

  /** Waits until the controller answers at all, which it does when it lets the agent in. */
  void awaitAdmission() throws InterruptedException {
    await(response);
  }

  /** Reads no more, so that the stream fills up. */
  void stopReading() throws InterruptedException {
    await(response).pause();
  }

  void readOn() throws InterruptedException {
    await(response).resume();
  }

  FromController next() throws InterruptedException {
    return TestLink.next(received);
  }

  NodePlan nextPlan() throws InterruptedException {
    return AgentLinkMapper.plan(next().getPlan());
  }

  Map<ImageReference, ImageDigest> nextLocks() throws InterruptedException {
    return AgentLinkMapper.locks(next().getLocks());
  }

  List<PullPermit> nextPermits() throws InterruptedException {
    return AgentLinkMapper.grant(next().getGrant());
  }

  /** Whether something has come that the test has not asked for. */
  boolean hasNews() {
    return !received.isEmpty();
  }

  /** How the controller ended the stream, as {@code STATUS: message}. */
  String awaitEnd() throws InterruptedException {
    return await(end);
  }

  /** Ends the stream in good order. */
  void leave() {
    request.end().onFailure(end::completeExceptionally);
  }

  /** Ends the stream as a crash does. */
  void vanish() {
    client.close().onFailure(end::completeExceptionally);
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(TestLink.PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError("the controller did not answer", e);
    }
  }
}
