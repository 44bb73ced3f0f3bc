"""
The worker: takes deployments from the queue and finishes them, when the sandbox runs with --worker.

Does not: fail any; a test that wants a failed deployment says so through the control API.
"""

import asyncio

from sandbox.coolify import deployment_queue
from sandbox.world import World

BUILD_SECONDS = 0.5
IDLE_SECONDS = 0.05


async def work(world: World) -> None:
    """Build for ever; a build takes :data:`BUILD_SECONDS` and the variables of its beginning."""
    if not world.options.worker:
        return
    building: dict[str, asyncio.Task[None]] = {}
    while True:
        building = {uuid: task for uuid, task in building.items() if not task.done()}
        for deployment in deployment_queue.list_unfinished(world):
            uuid = deployment["deployment_uuid"]
            if deployment["status"] == "in_progress" and uuid not in building:
                building[uuid] = asyncio.create_task(_build(world, uuid))
        await asyncio.sleep(IDLE_SECONDS)


async def _build(world: World, uuid: str) -> None:
    deployment = deployment_queue.find_deployment(world, uuid)
    if deployment:
        deployment_queue.begin(world, deployment)
    await asyncio.sleep(BUILD_SECONDS)
    # Somebody may have cancelled it, or put the whole world back, meanwhile.
    deployment = deployment_queue.find_deployment(world, uuid)
    if deployment and deployment["status"] == "in_progress":
        deployment_queue.end(world, deployment, "finished")
