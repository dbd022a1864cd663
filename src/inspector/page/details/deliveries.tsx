import type { DeliveryDetails } from '../../wire.js'
import { Delivery } from './delivery.js'

interface DeliveriesProps {
  readonly deliveries: readonly DeliveryDetails[]
  /** How many have come; not all are kept. */
  readonly total: number
  readonly canReplay: boolean
  readonly onOpen: (id: string) => void
}

/** All that came for the task, the newest first and opened. */
export function Deliveries({ deliveries, total, canReplay, onOpen }: DeliveriesProps) {
  const newest = deliveries[0]?.id
  return (
    <section class="block" aria-label="Deliveries">
      <h3>
        Deliveries <span class="number faint">{total}</span>
      </h3>
      {deliveries.length === 0 && <p class="faint">None has come. The task is known from its record alone.</p>}
      {deliveries.map((delivery) => (
        <Delivery
          key={delivery.id}
          delivery={delivery}
          isFirst={delivery.id === newest}
          canReplay={canReplay}
          onOpen={onOpen}
        />
      ))}
      {total > deliveries.length && <p class="faint">{total - deliveries.length} older not kept.</p>}
    </section>
  )
}
